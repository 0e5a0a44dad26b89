/** Every kind of message broker: its settings, its urls, what it needs. Add yours here, and to the list in registry.ts. */
import { amqp } from './amqp/settings.js';
import { kafka } from './kafka/settings.js';
import { nats } from './nats/settings.js';
import { pubsub } from './pubsub/settings.js';
import { redisstream } from './redisstream/settings.js';
import { sqs } from './sqs/settings.js';
import type { Scheme } from './target.js';

/** As in an endpoint's `kind`. */
export const BROKER_KINDS = ['redisstream', 'nats', 'amqp', 'kafka', 'sqs', 'pubsub'] as const;

/** See {@link BROKER_KINDS}. */
export type BrokerKind = (typeof BROKER_KINDS)[number];

/** The block of each kind, by its name. */
export const brokers = { redisstream, nats, amqp, kafka, sqs, pubsub };

/** What is known of a kind without its client. */
export interface BrokerFacts {
  schemes: Readonly<Record<string, Scheme>>;
  /** The server speaks first, and TLS starts behind that. */
  greets?: boolean;
  /** Texts of its block that are templates. */
  texts: readonly string[];
  /** Packages that are not installed with Longshore, each with its version: `amqplib@2`. */
  packages: readonly string[];
}

const HTTP = { https: { secure: true, port: 443 }, http: { secure: false, port: 80 } } as const;

/** Of each kind. */
export const FACTS: Readonly<Record<BrokerKind, BrokerFacts>> = {
  redisstream: {
    schemes: { redis: { secure: false, port: 6379 }, rediss: { secure: true, port: 6379 } },
    texts: ['key'],
    packages: [],
  },
  nats: {
    schemes: { nats: { secure: false, port: 4222 }, tls: { secure: true, port: 4222 } },
    greets: true,
    texts: ['subject'],
    packages: ['@nats-io/transport-node@3', '@nats-io/jetstream@3'],
  },
  amqp: {
    schemes: { amqp: { secure: false, port: 5672 }, amqps: { secure: true, port: 5671 } },
    texts: ['exchange', 'routingkey'],
    packages: ['amqplib@2'],
  },
  kafka: {
    schemes: { kafka: { secure: false, port: 9092 }, kafkas: { secure: true, port: 9093 } },
    texts: ['topic'],
    packages: ['@platformatic/kafka@1'],
  },
  sqs: { schemes: HTTP, texts: ['queue', 'group'], packages: [] },
  pubsub: { schemes: HTTP, texts: ['topic'], packages: [] },
};

/** Whether an endpoint is a message broker. */
export const isBroker = <Of extends { kind: string }>(
  endpoint: Of,
): endpoint is Extract<Of, { kind: BrokerKind }> =>
  (BROKER_KINDS as readonly string[]).includes(endpoint.kind);

/** Texts of the kind's block that are templates, by name. */
export function brokerTexts(kind: BrokerKind, block: object): Record<string, string> {
  const entries = Object.entries(block).filter(
    ([name, value]) => FACTS[kind].texts.includes(name) && value !== undefined,
  );
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}
