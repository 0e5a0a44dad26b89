/** Notes of what operators and retention did: none is lost, and they stay within bounds. */
import { startRedis } from '@longshore/testkit';
import { expect } from 'vitest';
import type { RedisClient } from '../connection.js';
import { bury } from '../testing/dead.js';
import { readerOf, takeNotes } from '../testing/notes.js';
import { redisTest as test } from '../testing/redis-test.js';
import { createDeadActs } from './dead-acts.js';
import type { DeadLetterDetail } from './dead-letter.js';
import { createJournal, noteKey, noteKeys } from './journal.js';
import { NOTES_LIMIT } from './note-script.js';

const letter = (id: string): DeadLetterDetail => ({
  ...{ id, endpoint: 'a', deadAt: 1, attempts: 3, reason: 'http_503', bytes: 0 },
});

/** Fills the list of an endpoint as an operator does while no worker runs. */
async function fill(client: RedisClient, prefix: string, count: number, name = 'd'): Promise<void> {
  const note = { what: 'dropped' as const, at: 1, by: 'me', endpoint: 'a', attempts: 1, reason: 'timeout' };
  const entries = Array.from({ length: count }, (_, n) => ({ ...note, deliveryId: `${name}${n}` }));
  await createJournal(client, prefix).write(entries);
}

test('a page is held by its reader until it is removed, in part or as a whole, and once', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  await fill(client, prefix, 250);
  const [one, two] = [readerOf(client, prefix), readerOf(client, prefix)];
  const page = await one.read('a');
  const size = page.notes.length;
  expect(page.next).toBe('more');
  // Its process may be dead, or stopped in the middle of the page.
  expect(await two.read('a')).toMatchObject({ notes: [], next: 'held' });
  expect(await one.read('a')).toMatchObject({ notes: page.notes });
  await page.remove(30);
  const again = await two.read('a');
  expect(again.notes.slice(0, size - 30)).toEqual(page.notes.slice(30));
  // Its first answer was lost, so it removes once more.
  await page.remove(30);
  await again.remove(again.notes.length);
  await again.remove(again.notes.length);
  expect(await takeNotes(client, prefix, ['a'])).toHaveLength(250 - 30 - size);
});

test('a page of a process that was killed is another one’s after two minutes', async ({ open, prefix }) => {
  const client = await open('producer');
  await fill(client, prefix, 3);
  const killed = await readerOf(client, prefix).read('a');
  const holder = noteKey(prefix, 'a', 'note-reader');
  expect(await client.pttl(holder)).toBeGreaterThan(0);
  expect(await client.pttl(holder)).toBeLessThanOrEqual(120_000);
  // The two minutes are over.
  await client.pexpire(holder, 0);
  const next = await readerOf(client, prefix).read('a');
  expect(next.notes).toEqual(killed.notes);
  // It was not killed after all.
  await killed.remove(3);
  await fill(client, prefix, 1, 'e');
  await next.remove(3);
  expect(await takeNotes(client, prefix, ['a'])).toHaveLength(1);
});

test('lists are marked when they are written to, and found without a mark', async ({ open, prefix }) => {
  const client = await open('producer');
  const reader = readerOf(client, prefix);
  await fill(client, prefix, 1);
  const left = {
    what: 'unquarantined' as const,
    at: 1,
    by: 'me',
    quarantineId: 'q',
    source: 's',
    reason: 'r',
  };
  await createJournal(client, prefix).write([{ ...left, outcome: 'dropped' }]);
  expect((await reader.marked()).sort()).toEqual(['', 'a']);
  expect(await reader.marked()).toEqual([]);
  expect(await reader.unread(['a', 'b'])).toEqual(['', 'a']);
  expect(await takeNotes(client, prefix, ['', 'a'])).toHaveLength(2);
  expect(await reader.unread(['a', 'b'])).toEqual([]);
});

test('a drop and a retry mark the endpoint', async ({ open, prefix }) => {
  const client = await open('producer');
  const [one, two] = await bury(client, prefix, { endpoint: 'a', count: 2 });
  const acts = createDeadActs(client, prefix);
  const reader = readerOf(client, prefix);
  expect(await acts.drop(letter(one?.id ?? ''), 'me')).toBe(true);
  expect(await reader.marked()).toEqual(['a']);
  expect(await acts.retry(letter(two?.id ?? ''), 'me')).toBe(true);
  expect(await reader.marked()).toEqual(['a']);
});

test('beyond 20,000 notes of an endpoint the rest is counted, and the counts add up', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  const buried = await bury(client, prefix, { endpoint: 'a', count: 40 });
  const ids = buried.map(({ id }) => id);
  await fill(client, prefix, NOTES_LIMIT - 5);
  const acts = createDeadActs(client, prefix);
  for (const id of ids.slice(0, 10)) await acts.drop(letter(id), 'me');
  for (const id of ids.slice(10, 30)) await acts.retry(letter(id), 'the dashboard');
  for (const id of ids.slice(30)) await acts.expire(letter(id), { before: Date.now() + 1_000, keep: 0 });
  expect(await client.llen(noteKeys(prefix, 'a')[0])).toBe(NOTES_LIMIT);
  const taken = await takeNotes(client, prefix, ['a']);
  expect(taken).toHaveLength(NOTES_LIMIT + 3);
  const counted = taken.filter(({ what }) => what === 'counted');
  expect(counted).toHaveLength(3);
  expect(counted).toEqual(
    expect.arrayContaining([
      { what: 'counted', of: 'dropped', endpoint: 'a', by: 'me', count: 5 },
      { what: 'counted', of: 'replayed', endpoint: 'a', by: 'the dashboard', count: 20 },
      { what: 'counted', of: 'expired', endpoint: 'a', by: 'retention', count: 10 },
    ]),
  );
  expect(await takeNotes(client, prefix, ['a'])).toEqual([]);
});

test('what is counted while counts are recorded is kept apart', async ({ open, prefix }) => {
  const client = await open('producer');
  const counts = noteKeys(prefix, 'a')[1];
  const group = JSON.stringify(['dropped', 'me']);
  const reader = readerOf(client, prefix);
  await client.hincrby(counts, group, 7);
  const page = await reader.read('a');
  await client.hincrby(counts, group, 2);
  expect((await reader.read('a')).notes).toEqual(page.notes);
  await page.remove(1);
  await page.remove(1);
  expect(await takeNotes(client, prefix, ['a'])).toMatchObject([{ what: 'counted', count: 2 }]);
});

test('a note of a newer version waits, and what is no note is handed over as it is', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  const [notes] = noteKeys(prefix, 'a');
  await client.rpush(notes, 'garbage', '{"v":1,"what":"unheard of"}');
  await fill(client, prefix, 1);
  await client.rpush(notes, '{"v":2,"what":"replayed"}');
  const reader = readerOf(client, prefix);
  const page = await reader.read('a');
  expect(page.next).toBe('newer');
  expect(page.notes.map(({ entry, stored }) => entry ?? stored)).toEqual([
    'garbage',
    '{"v":1,"what":"unheard of"}',
    expect.objectContaining({ what: 'dropped', deliveryId: 'd0' }),
  ]);
  await page.remove(3);
  expect(await reader.read('a')).toMatchObject({ notes: [], next: 'newer' });
  expect(await client.lrange(notes, 0, -1)).toEqual(['{"v":2,"what":"replayed"}']);
});

test('notes that an earlier version left are found and read', async ({ open, prefix }) => {
  const client = await open('producer');
  const note = { at: 1, by: 'me', endpoint: 'a', attempts: 1, reason: 'timeout' };
  const earlier = noteKey(prefix, 'a', 'journal');
  await client.rpush(earlier, JSON.stringify({ what: 'replayed', ...note, deliveryId: 'x' }));
  await client.rpush(earlier, JSON.stringify({ what: 'dropped', ...note, deliveryId: 'y' }));
  const reader = readerOf(client, prefix);
  expect(await reader.unread(['a'])).toEqual(['a']);
  expect(await takeNotes(client, prefix, ['a'])).toMatchObject([{ deliveryId: 'x' }, { deliveryId: 'y' }]);
  expect(await reader.unread(['a'])).toEqual([]);
});

test('a retry that Redis refuses leaves no note, and one that it takes always does', async ({
  open,
  prefix,
}) => {
  const redis = await startRedis({ maxmemory: '3mb' });
  const client = await open('producer', { url: redis.url });
  const [delivery] = await bury(client, prefix, { endpoint: 'a', count: 1 });
  const acts = createDeadActs(client, prefix);
  const id = delivery?.id ?? '';
  await client.set('ballast', 'x'.repeat(100_000));
  await redis.cli('CONFIG', 'SET', 'maxmemory', '1');
  const retried = await acts.retry(letter(id), 'me').catch(() => false);
  const isDead = (await client.zscore(`${prefix}:{a}:failed`, id)) !== null;
  expect(isDead).toBe(!retried);
  expect(await client.llen(noteKeys(prefix, 'a')[0])).toBe(retried ? 1 : 0);
  await redis.cli('CONFIG', 'SET', 'maxmemory', '0');
  await acts.retry(letter(id), 'me');
  expect(await acts.retry(letter(id), 'me')).toBe(false);
  expect(await client.llen(noteKeys(prefix, 'a')[0])).toBe(1);
});
