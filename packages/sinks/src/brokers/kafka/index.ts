/**
 * Kafka: a message is confirmed when its partition’s leader and all replicas in sync have it (`acks=all`).
 *
 * The client's idempotent producer is not used: it gives messages that are in flight together the same sequence number,
 * so that the broker confirms the second one as a duplicate and stores it nowhere (@platformatic/kafka 1.35).
 */
import type { Producer } from '@platformatic/kafka';
import type { Sink } from '../../sink.js';
import type { BrokerOptions, Connecting, Message, Session } from '../driver.js';
import { BrokerFault, PackageMissing } from '../fault.js';
import { FACTS } from '../kinds.js';
import { openBroker } from '../sink.js';
import { installing } from '../usable.js';
import { guardConnections, guardedTls } from './connections.js';
import { faultOf } from './faults.js';
import type { Mechanism } from './settings.js';

/** What an endpoint of kind kafka is opened with. */
export interface KafkaOptions extends BrokerOptions {
  sasl: Mechanism;
}

/** Never throws; see `openSink`. */
export function openKafka(options: KafkaOptions): Sink {
  return openBroker(options, {
    schemes: FACTS.kafka.schemes,
    connect: (connecting) => connect(connecting, options),
  });
}

type Kafka = typeof import('@platformatic/kafka');

async function client(): Promise<Kafka> {
  try {
    return await import('@platformatic/kafka');
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    throw isMissing ? new PackageMissing(installing('kafka')) : error;
  }
}

/** By our names. */
const MECHANISMS = {
  plain: 'PLAIN',
  'scram-sha-256': 'SCRAM-SHA-256',
  'scram-sha-512': 'SCRAM-SHA-512',
} as const;

/** The attempt’s own limit is reached before the client’s. */
const BEYOND_MS = 1_000;

async function connect(connecting: Connecting, { timeout, sasl }: KafkaOptions): Promise<Session> {
  const kafka = await client();
  const { host, port, user, password } = connecting.target;
  const limit = timeout + BEYOND_MS;
  const producer = new kafka.Producer({
    ...{ clientId: 'longshore', bootstrapBrokers: [{ host, port }] },
    // The queue tries again.
    ...{ retries: 0, timeout: Math.ceil(timeout), connectTimeout: limit, requestTimeout: limit },
    ...(user && { sasl: { mechanism: MECHANISMS[sasl], username: user, password } }),
    ...guardedTls(connecting),
  });
  const { close, broken } = guardConnections(producer.connections, connecting);
  try {
    await Promise.race([producer.listApis(), broken]);
  } catch (error) {
    await close();
    throw faultOf(error);
  }
  return {
    publish: (message) =>
      Promise.race([publish(kafka, producer, message), broken]).catch((error) => {
        // Leaders may have moved
        producer.clearMetadata();
        throw faultOf(error);
      }),
    close,
  };
}

async function publish(kafka: Kafka, producer: Producer, message: Message): Promise<string> {
  const { key, body, contentType, headers, texts } = message;
  const { topic = '' } = texts;
  if (!isTopic(topic)) throw noTopic(topic);
  const metadata = await producer.metadata({ topics: [topic] });
  // Kafka’s own; the client would throw where nothing catches it.
  if (!metadata.topics.get(topic)) throw noTopic(topic);
  const { offsets } = await producer.send({
    messages: [
      { topic, value: body, headers: named({ 'content-type': contentType, ...headers }), ...keyOf(key) },
    ],
    acks: kafka.ProduceAcks.ALL,
    // As Java's client, so that a repository is in the same partition for all producers
    ...(key && { partitioner: kafka.compatibilityPartitioner }),
  });
  const [stored] = offsets ?? [];
  if (!stored) throw new BrokerFault('protocol', 'Kafka has confirmed nothing; see the broker’s log');
  return `topic ${stored.topic}, partition ${stored.partition}, offset ${stored.offset}`;
}

/** An event without a repository goes to the partitions by turns. */
const keyOf = (key: string) => (key ? { key: Buffer.from(key) } : {});

/** What Kafka takes for the name of a topic. */
const isTopic = (topic: string): boolean => /^[\w.-]{1,249}$/.test(topic) && !/^\.{1,2}$/.test(topic);

const noTopic = (topic: string): BrokerFault =>
  new BrokerFault(
    'rejected',
    `${JSON.stringify(topic)} is no topic that can be written to: up to 249 letters, digits, dots, dashes and underscores; correct kafka.topic`,
    true,
  );

/** As the Kafka binding of CloudEvents has attributes in the binary mode. */
const named = (headers: Message['headers']) =>
  new Map(
    Object.entries(headers).map(([name, value]) => [
      Buffer.from(name.replace(/^ce-/, 'ce_')),
      Buffer.from(value),
    ]),
  );
