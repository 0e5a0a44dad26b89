import { troubleOf } from '@longshore/event';
import { Egress } from '@longshore/network/egress';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { brokerContract, type Stored } from '../../testing/broker-contract.js';
import { brokerOptionsAt } from '../../testing/brokers.js';
import { aDelivery, anAttempt, single, theFormat } from '../../testing/builders.js';
import { type KafkaError, type KafkaStored, startKafka, type TestKafka } from '../../testing/kafka-server.js';
import { openKafka } from './index.js';
import type { Mechanism } from './settings.js';

type Options = Parameters<typeof brokerOptionsAt>[2] & { topic?: string; user?: string; sasl?: Mechanism };

function sinkAt(kafka: TestKafka, { topic = 'pushes', user, sasl = 'plain', ...some }: Options = {}) {
  const url = `kafka://${user ? `${user}@` : ''}localhost:${kafka.port}`;
  return single(openKafka({ ...brokerOptionsAt(url, { topic }, some), sasl }));
}

const storedOf = ({ key, value, headers }: KafkaStored): Stored => ({
  ...{ id: headers['Idempotency-Key'] ?? '', key, body: value },
  ...{ contentType: headers['content-type'] ?? '', attempt: headers['X-Longshore-Attempt'] ?? '' },
});

brokerContract('kafka', async () => {
  const kafka = await startKafka();
  return {
    open: (format = 'cloudevents') => sinkAt(kafka, { format: theFormat(format) }),
    openUnroutable: () => sinkAt(kafka, { topic: 'elsewhere' }),
    stored: async () => kafka.stored.map(storedOf),
    ...{ kill: kafka.kill, start: kafka.start, stop: kafka.kill },
  };
});

describe('what Kafka says', () => {
  let kafka: TestKafka;
  beforeAll(async () => {
    kafka = await startKafka();
    const errors: KafkaError[] = [
      'TOPIC_AUTHORIZATION_FAILED',
      'LEADER_NOT_AVAILABLE',
      'INVALID_TOPIC_EXCEPTION',
    ];
    kafka.topics = {
      ...kafka.topics,
      __consumer_offsets: 1,
      ...Object.fromEntries(errors.map((one) => [one, one])),
    };
  });
  afterAll(() => kafka.kill());

  test.each<[topic: string, outcome: object]>([
    ['TOPIC_AUTHORIZATION_FAILED', { kind: 'retry', reason: 'denied' }],
    ['LEADER_NOT_AVAILABLE', { kind: 'retry', reason: 'unavailable' }],
    ['INVALID_TOPIC_EXCEPTION', { kind: 'retry', reason: 'rejected' }],
    ['__consumer_offsets', { kind: 'dead', reason: 'rejected' }],
    ['two words', { kind: 'dead', reason: 'rejected' }],
    ['..', { kind: 'dead', reason: 'rejected' }],
    ['x'.repeat(250), { kind: 'dead', reason: 'rejected' }],
  ])('of the topic %s', async (topic, outcome) => {
    expect(await sinkAt(kafka, { topic }).send(aDelivery(), anAttempt())).toMatchObject({
      ...{ ...outcome, detail: expect.stringContaining(topic.slice(0, 200)) },
    });
  });

  test.each<[refuses: KafkaError, outcome: object]>([
    ['NOT_ENOUGH_REPLICAS', { kind: 'retry', reason: 'unavailable' }],
    ['NOT_LEADER_OR_FOLLOWER', { kind: 'retry', reason: 'unavailable' }],
    ['KAFKA_STORAGE_ERROR', { kind: 'retry', reason: 'unavailable' }],
    ['MESSAGE_TOO_LARGE', { kind: 'dead', reason: 'too_large' }],
    ['CLUSTER_AUTHORIZATION_FAILED', { kind: 'retry', reason: 'denied' }],
    ['POLICY_VIOLATION', { kind: 'retry', reason: 'rejected' }],
    ['INVALID_REQUIRED_ACKS', { kind: 'retry', reason: 'rejected' }],
  ])('of a message: %s', async (refuses, outcome) => {
    kafka.refuses = refuses;
    onTestFinished(() => {
      delete kafka.refuses;
    });
    expect(await sinkAt(kafka).send(aDelivery(), anAttempt())).toMatchObject({
      ...{ ...outcome, detail: expect.stringMatching(`: ${refuses}: .*; `) },
    });
    expect(troubleOf('unavailable')).toBe('outage');
  });

  test('a connection that ends before the confirmation is an outage', async () => {
    const sink = sinkAt(kafka);
    expect(await sink.send(aDelivery(), anAttempt())).toMatchObject({ kind: 'delivered' });
    kafka.breaks = true;
    onTestFinished(() => {
      delete kafka.breaks;
    });
    expect(await sink.send(aDelivery(), anAttempt())).toMatchObject({ kind: 'retry', reason: 'reset' });
  });

  test('another password is refused, by a reason that is no outage and without it', async () => {
    kafka.user = 'me:a-secret';
    onTestFinished(() => {
      delete kafka.user;
    });
    expect(await sinkAt(kafka, { user: 'me:a-secret' }).send(aDelivery(), anAttempt())).toMatchObject({
      kind: 'delivered',
    });
    const results = [
      await sinkAt(kafka, { user: 'me:a-wrong-one' }).send(aDelivery(), anAttempt()),
      await sinkAt(kafka, { user: 'me:a-secret', sasl: 'scram-sha-256' }).send(aDelivery(), anAttempt()),
    ];
    for (const result of results) expect(result).toMatchObject({ kind: 'retry', reason: 'denied' });
    expect(JSON.stringify(results)).not.toMatch(/a-secret|a-wrong-one/);
  });

  test('a repository is in the partition that Java’s client chooses, and an event without one in turns', async () => {
    const before = kafka.stored.length;
    const sink = sinkAt(kafka, { settings: { mode: 'binary' } });
    for (const repository of ['acme/app', 'library/nginx', 'a', undefined, undefined])
      await sink.send(
        aDelivery({ view: { action: 'push', ...(repository && { repository }) } }),
        anAttempt(),
      );
    const stored = kafka.stored.slice(before);
    // By org.apache.kafka.clients.producer.internals.BuiltInPartitioner of 4.1.2, of 6 partitions
    expect(stored.map(({ key, partition }) => [key, partition])).toEqual([
      ['acme/app', 1],
      ['library/nginx', 3],
      ['a', 4],
      [undefined, 0],
      [undefined, 1],
    ]);
    expect(stored[0]?.headers).toMatchObject({ ce_type: 'dev.longshore.image.push' });
  });

  test('an answer at which the client throws in a callback fails the attempt, and not the process', async () => {
    kafka.open = true;
    onTestFinished(() => {
      delete kafka.open;
    });
    const [user, sasl] = ['me:a-secret', 'scram-sha-256'] as const;
    const result = await sinkAt(kafka, { user, sasl }).send(aDelivery(), anAttempt());
    expect(result).toMatchObject({ kind: 'retry', reason: 'denied' });
    expect(JSON.stringify(result)).not.toContain('a-secret');
    expect(await sinkAt(kafka, { user }).send(aDelivery(), anAttempt())).toMatchObject({ kind: 'delivered' });
  });

  test('a broker that another one leads to is connected to only where egress allows it', async () => {
    const elsewhere = await startKafka();
    onTestFinished(() => elsewhere.kill());
    kafka.advertised = { host: '127.0.0.1', port: elsewhere.port };
    onTestFinished(() => {
      kafka.advertised = { host: 'localhost', port: kafka.port };
    });
    const rules = { mode: 'internal', allow: [], deny: [`127.0.0.1:${elsewhere.port}`] } as const;
    const egress = new Egress(rules);
    const deliveries = aDelivery();
    expect(await sinkAt(kafka, { egress }).send(deliveries, anAttempt())).toMatchObject({
      ...{ kind: 'retry', reason: 'egress', detail: expect.stringContaining('which egress.deny has') },
    });
    expect(elsewhere.accepted()).toBe(0);
    expect(await sinkAt(kafka).send(deliveries, anAttempt())).toMatchObject({ kind: 'delivered' });
    expect(elsewhere.stored).toHaveLength(1);
  });
});
