import { expect, onTestFinished } from 'vitest';
import { holdKey } from '../hold/hold.js';
import { createProducer } from '../producer.js';
import { aDelivery } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';
import { createActivityReader, dayKey, hourKey } from './activity.js';
import { LATENCY_CLASSES, latencyClass, percentile } from './latency.js';
import { createPulse } from './pulse.js';
import { createSourceTally, readSources } from './source-tally.js';

const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;
const DAY_MS = 96 * QUARTER_MS;
/** The start of a quarter of an hour. */
const START = Date.UTC(2026, 10, 21, 3, 0);

test('a day is counted by quarters, an hour by minutes, and both begin again on time', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  let now = START;
  const writer = createPulse(client, prefix, () => now);
  onTestFinished(() => writer.close());
  const reader = createActivityReader(client, prefix);
  const producer = createProducer(client, prefix);
  onTestFinished(() => producer.close());
  await producer.enqueue([aDelivery('one'), aDelivery('one')]);

  writer.note('one', { delivered: true, ms: 4 });
  writer.note('one', { delivered: false, attempt: 1, reason: 'http_503', ms: 700 });
  await writer.flush();
  now = START + 16 * MINUTE_MS;
  writer.note('one', { delivered: true });
  await writer.flush();

  const [one] = await reader.read(['one'], now);
  expect(one?.quarters).toHaveLength(96);
  expect(one?.quarters.slice(-3)).toEqual([
    { at: START - QUARTER_MS, delivered: 0, failed: 0, held: false },
    { at: START, delivered: 1, failed: 1, held: false },
    { at: START + QUARTER_MS, delivered: 1, failed: 0, held: false },
  ]);
  const latency = Array<number>(LATENCY_CLASSES).fill(0);
  expect(one?.minutes).toEqual([
    { at: START, backlog: 2, latency: latency.with(latencyClass(4), 1).with(latencyClass(700), 1) },
    { at: now, backlog: 2, latency },
  ]);

  now = START + DAY_MS;
  writer.note('one', { delivered: true, ms: 1 });
  await writer.flush();
  const [later] = await reader.read(['one'], now);
  expect(later?.quarters.filter(({ delivered, failed }) => delivered + failed > 0)).toEqual([
    { at: START + QUARTER_MS, delivered: 1, failed: 0, held: false },
    { at: now, delivered: 1, failed: 0, held: false },
  ]);
  expect(later?.minutes.map(({ at }) => at)).toEqual([now]);
  // Bounded, and gone when nothing is attempted any more.
  expect(await client.strlen(dayKey(prefix, 'one'))).toBeLessThanOrEqual(1_536);
  expect(await client.strlen(hourKey(prefix, 'one'))).toBeLessThanOrEqual(2_400);
  for (const key of [dayKey(prefix, 'one'), hourKey(prefix, 'one')]) {
    expect(await client.ttl(key)).toBeGreaterThan(0);
  }
});

test('quarters of a hold are marked, also those in which nothing was attempted', async ({ open, prefix }) => {
  const client = await open('producer');
  const now = START + 4 * QUARTER_MS;
  const writer = createPulse(client, prefix, () => now);
  onTestFinished(() => writer.close());
  await client.hset(holdKey(prefix, 'one'), { state: 'held', since: START + QUARTER_MS });
  writer.note('one', { delivered: false, attempt: 1, reason: 'refused', ms: 1 });
  await writer.flush();
  const [one] = await createActivityReader(client, prefix).read(['one', 'other'], now);
  expect(one?.quarters.filter(({ held }) => held).map(({ at }) => (at - START) / QUARTER_MS)).toEqual([
    1, 2, 3, 4,
  ]);
});

test('sources are counted by quarters, several in one write', async ({ open, prefix }) => {
  const client = await open('producer');
  const tally = createSourceTally(client, prefix, () => START);
  tally.note('harbor', { accepted: 3, quarantined: 1 });
  tally.note('harbor', { accepted: 2 });
  tally.note('nexus: a/b', { spooled: 1 });
  await tally.close();
  const sources = await readSources(client, prefix, START);
  expect(sources.map(({ source, quarters }) => [source, quarters.at(-1)])).toEqual([
    ['harbor', { at: START, accepted: 5, quarantined: 1, spooled: 0 }],
    ['nexus: a/b', { at: START, accepted: 0, quarantined: 0, spooled: 1 }],
  ]);
  expect(await readSources(client, prefix, START + DAY_MS)).toEqual([]);
});

test('a percentile lies within the class that has it', () => {
  const counts = Array<number>(LATENCY_CLASSES).fill(0);
  expect(percentile(counts, 0.95)).toBeUndefined();
  counts[latencyClass(40)] = 95;
  counts[latencyClass(4_000)] = 5;
  expect(percentile(counts, 0.95)).toBe(50);
  expect(percentile(counts, 0.99)).toBeGreaterThan(2_500);
  expect(percentile(counts, 0.99)).toBeLessThanOrEqual(5_000);
  expect(percentile(counts.fill(0).with(LATENCY_CLASSES - 1, 2), 0.5)).toBeGreaterThan(30_000);
});
