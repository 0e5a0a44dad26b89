/** Builders for the tests of the trail. */

import { randomUUID } from 'node:crypto';
import {
  type AttemptedEntry,
  type Delivery,
  deliveryId,
  type GapEntry,
  type HistoryAnswer,
  type HistoryEntry,
  type HistoryQuery,
  type ReceivedEntry,
} from '@longshore/event';
import type { RedisClient } from '../connection.js';
import { createTracer } from '../trail/tracer.js';
import { createTrail, type TrailOptions } from '../trail/writer.js';

/** An entry that somebody may note. */
export type Noted = Exclude<HistoryEntry, GapEntry>;

export const DIGEST = `sha256:${'858a8366125b'.padEnd(64, '0')}`;

/** A receipt for the endpoints `one` and `two`. */
export function received(more: Partial<ReceivedEntry> = {}): ReceivedEntry {
  const eventId = more.eventId ?? randomUUID();
  const source = more.source ?? 'distribution';
  const planned = ['one', 'two'].map((endpoint) => ({
    endpoint,
    deliveryId: deliveryId({ endpoint, source, eventId: more.dedupe ?? eventId }),
  }));
  return {
    step: 'received',
    at: Date.now(),
    source,
    kind: 'distribution',
    eventId,
    nativeType: 'push',
    view: { action: 'push', repository: 'acme/app', tag: '1.0', digest: DIGEST },
    planned,
    ignored: [],
    ...more,
  };
}

/** An attempt of the receipt's delivery to `one`, which arrived. */
export function attempted(
  { eventId, source, planned, at }: ReceivedEntry,
  more: Partial<AttemptedEntry> = {},
): AttemptedEntry {
  const endpoint = more.endpoint ?? 'one';
  const id = planned.find((one) => one.endpoint === endpoint)?.deliveryId ?? '';
  const of = { endpoint, deliveryId: id, eventId, source };
  const result = { attempt: 1, outcome: 'delivered', status: 200, reason: 'http_200', ms: 5 } as const;
  return { step: 'attempted', at: at + 1, ...of, ...result, ...more };
}

export const failure = { outcome: 'retry', status: 503, reason: 'http_503' } as const;

/** The receipt of deliveries of one event. */
export function receiptOf(deliveries: readonly Delivery[]): ReceivedEntry {
  const [first] = deliveries;
  if (!first) throw new Error('no deliveries');
  const { eventId, source, kind, nativeType, view, receivedAt: at } = first;
  const planned = deliveries.map(({ endpoint, id }) => ({ endpoint, deliveryId: id }));
  return { step: 'received', at, source, kind, eventId, nativeType, view, planned, ignored: [] };
}

const DAY_MS = 86_400_000;

/** A day and plenty of room, unless the test says otherwise. */
export const trailOf = (client: RedisClient, prefix: string, more: Partial<TrailOptions> = {}) =>
  createTrail({
    client,
    prefix,
    limits: () => ({ age: DAY_MS, count: 1_000_000, bytes: 2 ** 30 }),
    ...more,
  });

/** Notes and waits until it is written. */
export async function noteAll(
  client: RedisClient,
  prefix: string,
  entries: readonly Noted[],
  more: Partial<TrailOptions> = {},
): Promise<void> {
  const trail = trailOf(client, prefix, more);
  for (const entry of entries) trail.note(entry);
  await trail.close();
}

export async function find(
  client: RedisClient,
  prefix: string,
  query: string | HistoryQuery,
): Promise<HistoryAnswer> {
  const tracer = createTracer({ client, prefix, sources: () => ['distribution'] });
  return tracer.find(typeof query === 'string' ? { search: query } : query);
}
