/** What is kept in Redis for comparisons with registries. */
import type { TakenEvent } from '@longshore/event';
import { eventually } from '@longshore/testkit';
import { expect, onTestFinished } from 'vitest';
import { redisTest as test } from '../testing/redis-test.js';
import { createReconcileMemory } from './memory.js';
import { createReceivedReader, createReceivedTally } from './received.js';
import { readSpoolNotes, startSpoolNotes } from './spools.js';

const START = Date.parse('2026-11-21T06:00:00Z');

const from = (instanceID: string | undefined, at: number, addr = 'registry:5000'): TakenEvent => ({
  event: {
    ...{ id: 'e', class: 'event', action: 'push', nativeType: 'push', target: {} },
    time: new Date(at).toISOString(),
    ...(instanceID !== undefined && { source: { addr, instanceID } }),
  },
  ...{ payload: { event: {} }, contentType: 'application/json', source: 'a', kind: 'distribution' },
  receivedAt: at,
});

test('events are counted by source and by process, and a process that was noted is known', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  const tally = createReceivedTally(client, prefix, (source) => source !== 'other');
  tally.note('a: b', [from('one', START + 5), from('one', START), from('two', START + 9, 'r:1')], 2);
  tally.note('a: b', [from(undefined, START)], 0);
  tally.note('other', [from('one', START)], 0);
  await tally.close();
  const reader = createReceivedReader(client, prefix);
  const { events, senders } = await reader.read('a: b');
  expect(events).toBe(6);
  expect(senders.map(({ id: _, ...rest }) => rest)).toEqual(
    expect.arrayContaining([
      { addr: 'registry:5000', instance: 'one', firstAt: START, lastAt: START + 5, known: false },
      { addr: 'r:1', instance: 'two', firstAt: START + 9, lastAt: START + 9, known: false },
    ]),
  );
  await reader.note('a: b', senders.map(({ id }) => id).slice(0, 1));
  expect((await reader.read('a: b')).senders.filter(({ known }) => known)).toHaveLength(1);
  expect(await reader.read('other')).toEqual({ events: 0, senders: [] });
});

test('made-up processes do not fill Redis', async ({ open, prefix }) => {
  const client = await open('producer');
  const tally = createReceivedTally(client, prefix, () => true);
  const all = Array.from({ length: 150 }, (_, n) => from(`instance-${n}`, START + n));
  tally.note('a', all, 0);
  await tally.close();
  const { events, senders } = await createReceivedReader(client, prefix).read('a');
  expect(events).toBe(150);
  // Of one write; the rest is found with its next event, and the script has little to remove.
  expect(senders.map(({ lastAt }) => lastAt).sort()).toEqual(
    Array.from({ length: 100 }, (_, n) => START + n),
  );
});

test('a spool is noted while it holds requests', async ({ open, prefix }) => {
  const client = await open('producer');
  let requests = 3;
  const notes = startSpoolNotes(client, prefix, { place: 'host:/spool', requests: () => requests });
  onTestFinished(() => notes.close());
  const read = () => readSpoolNotes(client, prefix, Date.now());
  await eventually(read, (found) => found.length === 1);
  expect(await read()).toMatchObject([{ place: 'host:/spool', requests: 3 }]);
  expect(await readSpoolNotes(client, prefix, Date.now() + 8 * 24 * 3_600_000)).toEqual([]);
  requests = 0;
  await eventually(read, (found) => found.length === 0);
});

test('what is remembered is read back, and what is damaged is not', async ({ open, prefix }) => {
  const client = await open('producer');
  const memory = createReconcileMemory(client, prefix);
  expect(await memory.due('a')).toBeUndefined();
  await memory.setDue('a', { ranAt: START, failures: 0 });
  expect(await memory.due('a')).toEqual({ ranAt: START, failures: 0 });
  await memory.setCounters('a', { agreedSince: START, trouble: 'no answer' });
  expect(await memory.counters('a')).toEqual({ agreedSince: START, trouble: 'no answer' });
  const [key = ''] = await client.keys(`${prefix}:*counters`);
  await client.hset(key, 'a', '{"last":1}');
  expect(await memory.counters('a')).toBeUndefined();
});
