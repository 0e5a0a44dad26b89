/** Pulls through PostgreSQL: written as a relay writes them, computed and published as a worker does. */
import { randomUUID } from 'node:crypto';
import type { Delivery } from '@longshore/event';
import { expect, test } from 'vitest';
import type { Archive } from '../db/open.js';
import { createImageMaker } from '../images/maker.js';
import { noFault, testArchive, unaborted, writerOf } from '../testing/archive.js';
import { BLOB, delivery, digestOf, MANIFEST, type Said } from '../testing/deliveries.js';
import { createPullMaker } from './maker.js';
import type { PullEvent } from './types.js';

const yes = async (): Promise<boolean> => true;
const app = digestOf('app');
const layers = ['config', 'one', 'two'].map((name, n) => ({ digest: digestOf(name), size: (n + 1) * 1_000 }));
const references = layers.map((one) => ({ ...one, mediaType: BLOB }));

const makerOf = (archive: Archive, most?: number) =>
  createPullMaker({
    archive,
    most,
    settings: () => ({ key: ['addr', 'actor', 'agent'], grace: 30_000, partition: 'month' }),
    registryOf: () => undefined,
    redirects: () => false,
    onProblem: () => {},
    onFault: noFault,
  });

/** The present, so that a session is open when its last event is young. @param ago seconds */
const at = (ago: number): string => new Date(Date.now() - ago * 1_000).toISOString();
const pull = (said: Said): Delivery =>
  delivery({ action: 'pull', method: 'GET', receivedAt: Date.now(), ...said });
const manifest = (ago: number, said: Said = {}): Delivery =>
  pull({ at: at(ago), tag: '1.0', digest: app, mediaType: MANIFEST, references, ...said });
const blob = (ago: number, n: number, said: Said = {}): Delivery =>
  pull({ at: at(ago), ...layers[n], mediaType: BLOB, ...said });

async function published(archive: Archive): Promise<PullEvent[]> {
  const images = createImageMaker({
    archive,
    settings: () => ({ settle: 0, orphan: 0, untagged: false, partition: 'month' }),
    sourcesOf: (source) => [source],
    onFault: noFault,
    registryOf: () => undefined,
    onProblem: () => {},
  });
  const events: PullEvent[] = [];
  await images.publish(async ({ event }) => void events.push(event as PullEvent));
  return events;
}

/** As if everything had arrived long ago. */
const overdue = (archive: Archive) =>
  archive.pool.query(`update pull_due set due_at = now() - interval '1 day'`);

async function computed(archive: Archive, maker = makerOf(archive)): Promise<PullEvent[]> {
  await overdue(archive);
  await maker.make(yes, unaborted());
  return published(archive);
}

const write = (archive: Archive, ...deliveries: Delivery[]) =>
  writerOf(archive).write(deliveries, unaborted());
const count = async (archive: Archive, table: string): Promise<number> =>
  (await archive.pool.query(`select 1 from ${table}`)).rows.length;

test('a pull is one event, with who, what, its size and how long it took', async () => {
  const archive = await testArchive();
  const whole = [manifest(1_000), blob(999, 0), blob(998, 1), blob(990, 2)];
  await write(archive, ...whole.toReversed());
  await write(archive, ...whole);
  expect(await computed(archive)).toEqual([
    {
      id: expect.any(String),
      session: expect.any(String),
      action: 'image.pulled',
      at: expect.any(String),
      startedAt: expect.any(String),
      source: 'distribution',
      repository: 'acme/app',
      tag: '1.0',
      digest: app,
      mediaType: MANIFEST,
      state: 'complete',
      evidence: 'events',
      expectedBytes: 6_000,
      transferredBytes: 6_000,
      layers: 2,
      layersPulled: 2,
      layersCached: 0,
      clients: 1,
      duration: expect.any(Number),
      events: 4,
      actor: 'ci',
      userAgent: 'containerd/v2.0.0',
      addr: '10.1.2.3',
      host: 'registry.example.com',
    },
  ]);
  expect(await count(archive, 'pull_due')).toBe(0);
  expect(await computed(archive)).toEqual([]);
  const { rows } = await archive.pool.query('select tag, state, sessions, bytes from session_day');
  expect(rows).toEqual([{ tag: '1.0', state: 3, sessions: 1, bytes: 6_000 }]);
});

test('a pull is open until nothing more can come', async () => {
  const archive = await testArchive();
  await write(archive, manifest(20), blob(19, 1));
  expect(await computed(archive)).toEqual([]);
  const { rows } = await archive.pool.query('select state, closed_at from pull_session');
  expect(rows).toEqual([{ state: 4, closed_at: null }]);
  await write(archive, blob(10, 2));
  expect(await computed(archive)).toEqual([]);
  expect(await count(archive, 'pull_session')).toBe(1);
  expect(await count(archive, 'pull_due')).toBe(1);
});

test('an event that is late corrects what was reported, once', async () => {
  const archive = await testArchive();
  const late = blob(995, 2);
  await write(archive, manifest(1_000), blob(999, 0), blob(998, 1));
  const [first] = await computed(archive);
  expect(first).toMatchObject({ state: 'unfinished', transferredBytes: 3_000 });
  await write(archive, late);
  const corrected = await computed(archive);
  expect(corrected).toMatchObject([{ state: 'complete', transferredBytes: 6_000, corrected: true }]);
  expect(corrected[0]).toMatchObject({ session: first && 'session' in first ? first.session : '' });
  expect(corrected[0]?.id).not.toBe(first?.id);
  await write(archive, late);
  expect(await computed(archive)).toEqual([]);
  const { rows } = await archive.pool.query('select state, sessions from session_day where sessions > 0');
  expect(rows).toEqual([{ state: 3, sessions: 1 }]);
});

test('what was closed long ago is corrected in the archive alone', async () => {
  const archive = await testArchive();
  await write(archive, manifest(5_000), blob(4_999, 1));
  expect(await computed(archive)).toHaveLength(1);
  await archive.pool.query(`update pull_session set closed_at = closed_at - interval '11 minutes'`);
  await write(archive, blob(4_998, 2));
  expect(await computed(archive)).toEqual([]);
  const { rows } = await archive.pool.query('select state from pull_session');
  expect(rows).toEqual([{ state: 3 }]);
});

test('an event that is late may be the first of its pull', async () => {
  const archive = await testArchive();
  await write(archive, manifest(1_000), blob(999, 1), blob(998, 2));
  await computed(archive);
  await write(archive, manifest(1_010, { method: 'HEAD' }));
  expect(await computed(archive)).toMatchObject([{ state: 'complete', events: 4, corrected: true }]);
  expect(await count(archive, 'pull_session')).toBe(1);
});

test('layers of an earlier pull, of another repository too, are known to be there', async () => {
  const archive = await testArchive();
  await write(archive, manifest(4_000), blob(3_999, 0), blob(3_998, 1), blob(3_997, 2));
  expect(await computed(archive)).toMatchObject([{ state: 'complete' }]);
  const other = { repository: 'acme/other' };
  await write(archive, manifest(1_000, other), manifest(1_000, { ...other, addr: '10.9.9.9:1' }));
  const states = (await computed(archive)).map((event) =>
    event.action === 'image.pulled' ? event.state : '',
  );
  expect(states.sort()).toEqual(['cached', 'inspected']);
});

test('what a pusher asks for within its own push is no pull', async () => {
  const archive = await testArchive();
  const push = delivery({ at: at(1_000), tag: '1.0', digest: app, receivedAt: Date.now() });
  await write(archive, manifest(1_002, { method: 'HEAD' }), manifest(1_001), push);
  const images = createImageMaker({
    archive,
    settings: () => ({ settle: 0, orphan: 0, untagged: false, partition: 'month' }),
    sourcesOf: (source) => [source],
    onFault: noFault,
    registryOf: () => undefined,
    onProblem: () => {},
  });
  await images.make(yes, unaborted());
  const events = await computed(archive);
  expect(events.map(({ action }) => action)).toEqual(['image.pushed', 'tag.created']);
  expect(await count(archive, 'pull_session')).toBe(0);
});

test('two processes at once, and one that dies before it has published', async () => {
  const archive = await testArchive();
  await write(archive, manifest(1_000), blob(999, 1), blob(998, 2));
  await overdue(archive);
  await Promise.all([makerOf(archive).make(yes, unaborted()), makerOf(archive).make(yes, unaborted())]);
  expect(await computed(archive)).toMatchObject([{ state: 'complete' }]);
  expect(await count(archive, 'pull_session')).toBe(1);
});

test('pulls in any order and parts, each twice, become the same', async () => {
  const deliveries = [1, 2].flatMap((n) => {
    const said = { addr: `10.0.0.${n}:1` };
    const id = { id: randomUUID() };
    return [
      manifest(3_000 + n, { ...said, ...id }),
      blob(2_999 + n, 1, said),
      blob(2_998 + n, 2, said),
      manifest(1_000 + n, said),
    ];
  });
  const shapes = async (parts: Delivery[][]): Promise<unknown> => {
    const archive = await testArchive();
    const events = [];
    for (const part of parts) {
      await write(archive, ...part);
      events.push(...(await computed(archive)));
    }
    const { rows } = await archive.pool.query(
      `select at, ended_at, state, seen_bytes, members, host(addr) as addr from pull_session order by at, addr`,
    );
    return rows;
  };
  const expected = await shapes([deliveries]);
  expect(expected).toHaveLength(4);
  expect(await shapes([deliveries.toReversed().slice(3), deliveries, deliveries.slice(2)])).toEqual(expected);
  expect(await shapes(deliveries.map((one) => [one]))).toEqual(expected);
});

/** Four pulls of three events each, so far apart that one is closed before the next begins. */
const fourPulls = (): Delivery[] =>
  [4_000, 3_000, 2_000, 1_000].flatMap((ago) => [manifest(ago), blob(ago - 1, 1), blob(ago - 2, 2)]);
const dueFor = async (archive: Archive): Promise<number> => {
  const { rows } = await archive.pool.query(
    'select extract(epoch from until_at - from_at)::int as seconds from pull_due',
  );
  return rows[0]?.seconds ?? 0;
};

test('more events than are looked at together are computed in several turns', async () => {
  const archive = await testArchive();
  await write(archive, ...fourPulls());
  const maker = makerOf(archive, 5);
  const left = [await dueFor(archive)];
  const events: PullEvent[] = [];
  while (left.at(-1) !== 0) {
    events.push(...(await computed(archive, maker)));
    left.push(await dueFor(archive));
  }
  expect(left).toEqual([3_002, 2_002, 1_002, 2, 0]);
  expect(events).toMatchObject(Array(4).fill({ state: 'complete', events: 3 }));
  expect(events).toHaveLength(4);
});

test('sessions behind what is looked at together stay, with their counts', async () => {
  const archive = await testArchive();
  await write(archive, ...fourPulls());
  expect(await computed(archive)).toHaveLength(4);
  await archive.pool.query(`insert into pull_due (repository_id, addr, from_at, until_at, due_at)
    select repository_id, host(addr), min(at), max(ended_at), now() from pull_session group by 1, 2`);
  const maker = makerOf(archive, 5);
  const counts = [];
  while ((await dueFor(archive)) > 0) {
    expect(await computed(archive, maker)).toEqual([]);
    counts.push(await count(archive, 'pull_session'));
  }
  expect(counts.length).toBeGreaterThan(1);
  expect(new Set(counts)).toEqual(new Set([4]));
  const { rows } = await archive.pool.query(
    'select sum(sessions)::int as sessions, sum(bytes)::int as bytes from session_day',
  );
  expect(rows).toEqual([{ sessions: 4, bytes: 20_000 }]);
});

test('pulls that are open at the same time with too many events delete nothing, and say what to do', async () => {
  const archive = await testArchive();
  await write(archive, ...fourPulls());
  await computed(archive);
  await write(archive, manifest(4_000, { method: 'HEAD' }));
  await overdue(archive);
  await expect(makerOf(archive, 2).make(yes, unaborted())).rejects.toThrow(/let it send X-Forwarded-For/);
  expect(await count(archive, 'pull_session')).toBe(4);
  expect(await count(archive, 'pull_due')).toBe(1);
});
