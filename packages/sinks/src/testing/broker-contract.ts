/**
 * What every kind of broker keeps, against a real one: confirmed is delivered, what nothing takes is not, and an outage
 * loses nothing.
 */
import { type Delivery, factsOf, troubleOf } from '@longshore/event';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AttemptResult } from '../sink.js';
import { aDelivery, anAttempt, type SingleSink } from './builders.js';

/** A message as it is stored. What a broker has no place for is absent. */
export interface Stored {
  /** The broker's own id of the message, or the one that Longshore wrote. */
  id: string;
  key?: string;
  contentType: string;
  body: string;
  attempt: string;
}

/** A real broker, and sinks of it. */
export interface TestBroker {
  /** @param format of the endpoint; default cloudevents */
  open(format?: string): SingleSink;
  /** Sends where nothing takes messages. Absent: such a place does not exist. */
  openUnroutable?(): SingleSink;
  /** Every message that is stored, in order. */
  stored(): Promise<Stored[]>;
  /** Ends it as a power failure does. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const named = (id: number): Delivery => aDelivery({ id: String(id).padStart(32, '0'), payload: PUSH });

const PUSH = {
  event: {
    id: '7d3f9c50-1111-4222-8333-444455556666',
    action: 'push',
    target: { repository: 'acme/app', tag: '1.0' },
    request: { host: 'registry.example.com' },
  },
};

const isDelivered = (result: AttemptResult) => result !== 'aborted' && result.kind === 'delivered';

/** @param start starts one that survives `kill` */
export function brokerContract(kind: string, start: () => Promise<TestBroker>): void {
  describe(`broker contract: ${kind}`, () => {
    let broker: TestBroker;
    beforeAll(async () => {
      broker = await start();
    }, 90_000);
    afterAll(() => broker?.stop());

    test('a message counts as delivered when the broker has confirmed it, with id, key, form and attempt', async () => {
      const delivery = named(1);
      const result = await broker.open().send(delivery, anAttempt({ number: 3 }));
      expect(result).toMatchObject({ kind: 'delivered', reason: 'confirmed', body: expect.any(String) });
      const [first] = await broker.stored();
      expect(first).toMatchObject({
        id: delivery.id,
        contentType: 'application/cloudevents+json',
        attempt: '3',
      });
      if (first?.key !== undefined) expect(first.key).toBe('acme/app');
      const facts = factsOf(delivery);
      expect(JSON.parse(first?.body ?? '')).toMatchObject({
        specversion: '1.0',
        id: facts.id,
        type: 'dev.longshore.image.push',
        subject: 'acme/app:1.0',
      });
    });

    test('another format is sent as it is over HTTP', async () => {
      const before = (await broker.stored()).length;
      expect(await broker.open('distribution').send(named(2), anAttempt())).toMatchObject({
        kind: 'delivered',
      });
      const sent = (await broker.stored())[before];
      expect(sent?.contentType).toBe('application/vnd.docker.distribution.events.v2+json');
      expect(JSON.parse(sent?.body ?? '')).toMatchObject({ events: [{ action: 'push' }] });
    });

    describeFailures(() => broker);
  });
}

function describeFailures(broker: () => TestBroker): void {
  test('what the broker has no place for is a failure, and no outage', async () => {
    const sink = broker().openUnroutable?.();
    if (!sink) return;
    const result = await sink.send(named(3), anAttempt());
    expect(result).toMatchObject({ kind: 'retry', reason: 'unroutable', detail: expect.any(String) });
    expect(troubleOf('unroutable')).toBe('answer');
  });

  test('a broker that dies in the middle is an outage, the same sink continues, and no confirmed message is lost', async () => {
    const sink = broker().open();
    const wanted = Array.from({ length: 60 }, (_, at) => named(100 + at));
    const confirmed = new Set<string>();
    const sendAll = (deliveries: readonly Delivery[]) =>
      Promise.all(
        deliveries.map(async (delivery) => {
          const result = await sink.send(delivery, anAttempt());
          if (isDelivered(result)) confirmed.add(delivery.id);
          return result;
        }),
      );
    await sendAll(wanted.slice(0, 20));
    expect(confirmed.size).toBe(20);
    const [results] = await Promise.all([sendAll(wanted.slice(20)), broker().kill()]);
    const away = await sink.send(named(100 + 59), anAttempt());
    const failed = [...results, away].filter((result) => !isDelivered(result));
    expect(failed).not.toEqual([]);
    for (const result of failed) {
      if (result === 'aborted' || result.kind !== 'retry') return expect.unreachable(JSON.stringify(result));
      expect([result.reason, troubleOf(result.reason)]).toEqual([result.reason, 'outage']);
    }
    await broker().start();
    const left = wanted.filter(({ id }) => !confirmed.has(id));
    for (const result of await sendAll(left)) expect(result).toMatchObject({ kind: 'delivered' });
    const ids = new Set((await broker().stored()).map(({ id }) => id));
    expect(wanted.filter(({ id }) => !ids.has(id))).toEqual([]);
  });
}
