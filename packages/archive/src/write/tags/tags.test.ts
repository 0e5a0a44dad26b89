import type { Delivery } from '@longshore/event';
import { onEachPostgres } from '@longshore/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Archive } from '../../db/open.js';
import { digestText } from '../../entries/stored.js';
import { testArchive, unaborted, writerOf } from '../../testing/archive.js';
import { delivery, digestOf, NOON } from '../../testing/deliveries.js';

const [A, B] = [digestOf('a'), digestOf('b')];

const name = (digest: Buffer | null): string => {
  const text = digest && digestText(digest);
  return text === A ? 'A' : text === B ? 'B' : (text ?? '-');
};

const second = (at: string | null): number | undefined =>
  at === null ? undefined : (Date.parse(at) - NOON) / 1_000;

/** `since tag digest`, in the order of the tags. */
async function states(archive: Archive): Promise<string[]> {
  const rows = await archive.db.selectFrom('tag_state').selectAll().orderBy('tag').execute();
  return rows.map(
    ({ tag, digest, deleted, since }) => `${tag} ${deleted ? 'deleted' : name(digest)} ${second(since)}`,
  );
}

/** `at tag from-to`, of what changed something. */
async function moves(archive: Archive): Promise<string[]> {
  const rows = await archive.db
    .selectFrom('tag_move')
    .selectAll()
    .where('moved', '=', true)
    .orderBy('tag')
    .orderBy('at')
    .execute();
  return rows.map(
    ({ at, tag, from_digest, to_digest, deleted }) =>
      `${second(at)} ${tag} ${name(from_digest)}-${deleted ? 'deleted' : name(to_digest)}`,
  );
}

const push = (at: number, tag: string, digest: string) => delivery({ at, tag, digest });
const removeTag = (at: number, tag: string) => delivery({ at, action: 'delete', tag });
const removeDigest = (at: number, digest: string) => delivery({ at, action: 'delete', digest });
const removeRepository = (at: number) => delivery({ at, action: 'delete' });

const HISTORY = [
  push(1, 'x', A),
  push(2, 'x', A),
  push(3, 'x', B),
  push(4, 'y', A),
  push(5, 'x', A),
  removeDigest(6, A),
  push(7, 'x', B),
  removeTag(8, 'y'),
  removeTag(9, 'x'),
  push(10, 'y', A),
  removeDigest(11, B),
  push(12, 'z', B),
];

const MOVES = [
  ...['1 x --A', '3 x A-B', '5 x B-A', '6 x A-deleted', '7 x --B', '9 x B-deleted'],
  ...['4 y --A', '6 y A-deleted', '10 y --A', '12 z --B'],
];

onEachPostgres(() => {
  test('every move of a tag, and what it is now', async () => {
    const archive = await testArchive();
    const { write } = writerOf(archive);
    for (const one of HISTORY) await write([one], unaborted());
    expect(await moves(archive)).toEqual(MOVES);
    expect(await states(archive)).toEqual(['x deleted 9', 'y A 10', 'z B 12']);
  });

  test('the order and the batches in which events come change nothing', async () => {
    const archive = await testArchive();
    const { write } = writerOf(archive);
    const arrival = fc.tuple(
      fc.shuffledSubarray(HISTORY, { minLength: HISTORY.length }),
      fc.integer({ min: 1, max: 5 }),
    );
    await fc.assert(
      fc.asyncProperty(arrival, async ([order, size]) => {
        await archive.pool.query('truncate event, tag_move, tag_state');
        for (let n = 0; n < order.length; n += size) await write(order.slice(n, n + size), unaborted());
        expect(await moves(archive)).toEqual(MOVES);
        expect(await states(archive)).toEqual(['x deleted 9', 'y A 10', 'z B 12']);
      }),
      { numRuns: 15 },
    );
  });

  test('two writers at once, with events of the same tags', async () => {
    const archive = await testArchive();
    const [one, other] = [writerOf(archive), writerOf(archive)];
    const writing = HISTORY.map((event, n) => (n % 2 === 0 ? one : other).write([event], unaborted()));
    await Promise.all(writing);
    expect(await moves(archive)).toEqual(MOVES);
    expect(await states(archive)).toEqual(['x deleted 9', 'y A 10', 'z B 12']);
  });

  test('a repository that is deleted has no tags left', async () => {
    const archive = await testArchive();
    const { write } = writerOf(archive);
    const pulled = delivery({ at: 2, action: 'pull', tag: 'y', digest: B });
    await write([removeRepository(3), push(1, 'x', A), pulled, push(4, 'z', A)], unaborted());
    expect(await states(archive)).toEqual(['x deleted 3', 'y deleted 3', 'z A 4']);
  });

  test('a registry that sends no digests moves a tag with each push', async () => {
    const archive = await testArchive();
    const bare = (at: number): Delivery => delivery({ at, tag: 'x' });
    await writerOf(archive).write([bare(1), bare(2)], unaborted());
    expect(await moves(archive)).toEqual(['1 x ---', '2 x ---']);
    expect(await states(archive)).toEqual(['x - 2']);
  });

  test('who pushed what, and a push of what is there already', async () => {
    const archive = await testArchive();
    const { write } = writerOf(archive);
    await write([delivery({ at: 1, tag: 'x', digest: A, actor: 'ann', size: 7 })], unaborted());
    await write([delivery({ at: 2, tag: 'x', digest: A, actor: 'bob', size: 7 })], unaborted());
    const state = await archive.db
      .selectFrom('tag_state as s')
      .innerJoin('label as l', 'l.id', 's.actor_id')
      .select(['l.name', 's.size', 's.at', 's.since'])
      .executeTakeFirstOrThrow();
    expect(state).toEqual({
      name: 'bob',
      size: 7,
      at: '2026-11-30T12:00:02Z',
      since: '2026-11-30T12:00:01Z',
    });
  });

  test('a tag that was only pulled is known, with what the client got', async () => {
    const archive = await testArchive();
    const { write } = writerOf(archive);
    const pull = (at: number, digest: string, method = 'GET') =>
      delivery({ at, action: 'pull', tag: 'x', digest, method });
    await write([pull(2, B)], unaborted());
    await write([pull(1, A), pull(3, A, 'HEAD')], unaborted());
    const state = () => archive.db.selectFrom('tag_state').selectAll().executeTakeFirstOrThrow();
    expect(await state()).toMatchObject({
      at: null,
      since: null,
      deleted: false,
      last_pull_at: '2026-11-30T12:00:02Z',
    });
    expect(name((await state()).digest)).toBe('B');
    await write([removeDigest(4, B)], unaborted());
    expect(await state()).toMatchObject({ deleted: true, digest: null, at: '2026-11-30T12:00:04Z' });
  });

  test('a pull by digest is one of each tag that points there', async () => {
    const archive = await testArchive();
    const { write } = writerOf(archive);
    await write([push(1, 'x', A), push(2, 'y', A), push(3, 'z', B)], unaborted());
    await write(
      [delivery({ at: 9, action: 'pull', digest: A }), delivery({ at: 8, action: 'pull', digest: A })],
      unaborted(),
    );
    const rows = await archive.db
      .selectFrom('tag_state')
      .select(['tag', 'last_pull_at'])
      .orderBy('tag')
      .execute();
    expect(rows.map(({ last_pull_at }) => second(last_pull_at))).toEqual([9, 9, undefined]);
    const manifests = await archive.db
      .selectFrom('manifest')
      .select('last_pull_at')
      .orderBy('last_pull_at')
      .execute();
    expect(manifests.map(({ last_pull_at }) => second(last_pull_at))).toEqual([9, undefined]);
  });
});
