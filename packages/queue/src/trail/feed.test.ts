import type { FeedPosition, HistoryEntry } from '@longshore/event';
import { eventually } from '@longshore/testkit';
import { expect } from 'vitest';
import type { RedisClient } from '../connection.js';
import { redisTest as test } from '../testing/redis-test.js';
import { noteAll, received, trailOf } from '../testing/trail.js';
import { createTrailFeed } from './feed.js';
import { openLog } from './log.js';
import { shardsOf } from './shards.js';

const DAY_MS = 86_400_000;

const feedOf = (client: RedisClient, prefix: string, age = DAY_MS) =>
  createTrailFeed(client, prefix, () => age);

/** One chunk for each event. */
async function noteInTurn(client: RedisClient, prefix: string, ids: readonly string[], count = 1e6) {
  const limits = () => ({ age: DAY_MS, count, bytes: 1e9 });
  for (const eventId of ids) await noteAll(client, prefix, [received({ eventId })], { limits });
}

const named = (entries: readonly HistoryEntry[]): string[] =>
  entries.map((entry) => ('eventId' in entry && entry.eventId ? entry.eventId : entry.step));

/** All that is behind a position, and where it ends. */
async function readAll(client: RedisClient, prefix: string, from?: FeedPosition, lookedAt?: number) {
  const feed = feedOf(client, prefix);
  const found: HistoryEntry[] = [];
  let position = from;
  for (let more = true; more; ) {
    const page = await feed.after(feed.parts[0] ?? '', position, lookedAt);
    found.push(...page.entries);
    ({ position, more } = page);
  }
  return { entries: found, named: named(found), position };
}

test('entries come in the order in which they were written, each once', async ({ open, prefix }) => {
  const client = await open('producer');
  const ids = Array.from({ length: 70 }, (_, n) => `e-${n}`);
  await noteInTurn(client, prefix, ids);
  const first = await readAll(client, prefix);
  expect(first.named).toEqual(ids);
  expect((await readAll(client, prefix, first.position)).named).toEqual([]);
  await noteInTurn(client, prefix, ['later']);
  expect((await readAll(client, prefix, first.position)).named).toEqual(['later']);
});

test('what was removed before it was read is a gap, and only that', async ({ open, prefix }) => {
  const client = await open('producer');
  await noteInTurn(client, prefix, ['a']);
  const { position } = await readAll(client, prefix);
  await noteInTurn(client, prefix, ['b', 'c', 'd'], 2);
  const read = await readAll(client, prefix, position);
  expect(read.named).toEqual(['gap', 'c', 'd']);
  expect(read.entries[0]).toMatchObject({ since: position?.at, count: 0, why: 'behind' });
  // What is removed behind a reader who has it already is none.
  await noteInTurn(client, prefix, ['e'], 1);
  expect((await readAll(client, prefix, read.position)).named).toEqual(['e']);
});

test('a trail that was empty meanwhile is a gap when it was last read longer ago than it keeps entries', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  await noteInTurn(client, prefix, ['a']);
  const { position } = await readAll(client, prefix);
  const trail = trailOf(client, prefix, { limits: () => ({ age: -1_000, count: 1, bytes: 1 }) });
  await trail.sweep();
  await trail.close();
  expect(await client.keys(`${prefix}*trail*`)).toEqual([]);
  const looked = [Date.now() - DAY_MS / 2, Date.now() - 2 * DAY_MS];
  for (const [n, gaps] of [[], ['gap']].entries()) {
    expect((await readAll(client, prefix, position, looked[n])).named).toEqual(gaps);
  }
  await noteInTurn(client, prefix, ['b']);
  for (const [n, gaps] of [[], ['gap']].entries()) {
    expect((await readAll(client, prefix, position, looked[n])).named).toEqual([...gaps, 'b']);
  }
});

test('a chunk that cannot be read is a gap and holds up nothing', async ({ open, prefix }) => {
  const client = await open('producer');
  await noteInTurn(client, prefix, ['a']);
  const [shard] = shardsOf(client, prefix);
  const id = await client.xadd(shard?.chunks ?? '', '*', 'c', 'of a newer version');
  // A chunk has the id of its summary, in another stream: within the same millisecond it could be below this one.
  const [written] = (id ?? '').split('-').map(Number);
  await eventually(async () => {
    const [seconds, micros] = (await client.time()).map(Number);
    return (seconds ?? 0) * 1_000 + (micros ?? 0) / 1_000 >= (written ?? 0) + 1;
  });
  await noteInTurn(client, prefix, ['b']);
  expect((await readAll(client, prefix)).named).toEqual(['a', 'gap', 'b']);
});

test('a log leaves out what is copied', async ({ open, prefix }) => {
  const client = await open('producer');
  await noteInTurn(client, prefix, ['a']);
  const { position } = await readAll(client, prefix);
  await noteInTurn(client, prefix, ['b']);
  const copied = new Map(position ? [[`${prefix}:trail-0`, position]] : []);
  const log = await openLog(client, prefix, copied);
  const found: HistoryEntry[] = [];
  for await (const page of log.having({ repositories: ['acme/app'] })) found.push(...page);
  expect(named(found)).toEqual(['b']);
});
