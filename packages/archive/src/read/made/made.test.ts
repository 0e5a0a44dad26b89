/** Image events and pulls as pages and commands read them. */
import { randomUUID } from 'node:crypto';
import type { Delivery } from '@longshore/event';
import { expect, test } from 'vitest';
import type { Archive } from '../../db/open.js';
import { createImageMaker } from '../../images/maker.js';
import { createPullMaker } from '../../pulls/maker.js';
import { noFault, testArchive, unaborted, writerOf } from '../../testing/archive.js';
import { BLOB, delivery, digestOf, MANIFEST, type Said } from '../../testing/deliveries.js';
import type { ArchiveReader } from '../archive-reader.js';
import { createArchiveReader } from '../reader.js';
import type { ImageEventFilter, SessionFilter } from './types.js';

const yes = async (): Promise<boolean> => true;
const app = digestOf('app');
const layers = ['config', 'one', 'two'].map((name, n) => ({ digest: digestOf(name), size: (n + 1) * 1_000 }));
const references = layers.map((one) => ({ ...one, mediaType: BLOB }));
const pull = (at: number, said: Said = {}): Delivery =>
  delivery({ action: 'pull', method: 'GET', at, tag: '1.0', digest: app, references, ...said });
const layer = (at: number, n: number, said: Said = {}): Delivery =>
  delivery({ action: 'pull', method: 'GET', at, ...layers[n], mediaType: BLOB, ...said });
const push = (at: number, tag: string, said: Said = {}): Delivery =>
  delivery({ at, tag, digest: app, mediaType: MANIFEST, references, actor: 'builder', ...said });

/** Pushes an hour ago of what is pulled then; all of it is decided. */
async function made(archive: Archive, deliveries: Delivery[]) {
  await writerOf(archive).write(deliveries, unaborted());
  const parts = { archive, registryOf: () => undefined, onProblem: () => {} };
  await archive.pool.query(`update image_open set arrived_at = now() - interval '1 day'`);
  await archive.pool.query(`update pull_due set due_at = now() - interval '1 day'`);
  await createImageMaker({
    ...parts,
    settings: () => ({ settle: 2_000, orphan: 0, untagged: false, partition: 'month' }),
    sourcesOf: (source) => [source],
    onFault: noFault,
  }).make(yes, unaborted());
  await createPullMaker({
    ...parts,
    settings: () => ({ key: ['addr', 'actor', 'agent'], grace: 0, partition: 'month' }),
    redirects: () => false,
    onFault: noFault,
  }).make(yes, unaborted());
  return createArchiveReader(archive);
}

const LIMIT = 10;
const happened = (): Delivery[] => {
  const other = { addr: '10.9.9.9:1', agent: 'crane/1' };
  return [
    ...[push(-3_600, '1.0'), push(-3_599, 'latest'), push(-3_000, '2', { repository: 'other/app' })],
    ...[pull(0), layer(1, 0), layer(2, 1), layer(9, 2)],
    ...[pull(10, other), layer(11, 1, other)],
    pull(20, { repository: 'other/app', tag: '2', method: 'HEAD' }),
  ];
};

test('image events: by each filter, in pages, and each with its requests', async () => {
  const { imageEvents, imageEvent } = await made(await testArchive(), happened());
  const events = async (filter: ImageEventFilter) =>
    (await imageEvents(filter, { limit: LIMIT })).items.map(
      ({ action, repository }) => `${action} ${repository}`,
    );
  expect((await events({})).sort()).toEqual(
    [
      ...['tag.created other/app', 'image.pushed other/app'],
      ...['tag.created acme/app', 'tag.created acme/app', 'image.pushed acme/app'],
    ].sort(),
  );
  expect(await events({ action: 'image.pushed', repository: 'acme/**' })).toEqual(['image.pushed acme/app']);
  expect(await events({ tag: 'latest', text: 'acme' })).toHaveLength(2);
  expect(
    await events({ digest: app.slice(0, 20), actor: 'builder', since: '2026-11-30T11:05:00Z' }),
  ).toHaveLength(2);
  expect(await events({ repository: 'none' })).toEqual([]);
  expect(await events({ source: 'nowhere' })).toEqual([]);
  expect(await events({ action: 'pull.failed' })).toEqual([]);

  const first = await imageEvents({}, { limit: 2 });
  const second = await imageEvents({}, { limit: 3, after: first.next ?? '' });
  expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(5);
  expect(second.next).toBeUndefined();

  const [pushed] = (await imageEvents({ action: 'image.pushed', tag: '1.0' }, { limit: LIMIT })).items;
  const detail = await imageEvent(pushed?.id ?? '');
  expect(detail?.event).toEqual(pushed);
  expect(detail?.requests.map(({ action, tag }) => `${action} ${tag}`)).toEqual(['push 1.0', 'push latest']);
  expect(await imageEvent(randomUUID())).toBeUndefined();
  await expect(imageEvent('x')).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
});

test('pulls: by each filter, in pages, each with its layers and requests, and by day', async () => {
  const { sessions, session, sessionsPerDay } = await made(await testArchive(), happened());
  const pulls = async (filter: SessionFilter) =>
    (await sessions(filter, { limit: LIMIT })).items.map(({ repository, state }) => `${repository} ${state}`);
  expect(await pulls({})).toEqual(['other/app checked', 'acme/app unfinished', 'acme/app complete']);
  expect(await pulls({ state: 'unfinished' })).toEqual(['acme/app unfinished']);
  expect(await pulls({ repository: 'acme/app', client: 'CRANE' })).toEqual(['acme/app unfinished']);
  expect(await pulls({ addr: '10.9.0.0/16' })).toEqual(['acme/app unfinished']);
  expect(await pulls({ addr: '10.9.9.9', actor: 'ci', tag: '1.0' })).toEqual(['acme/app unfinished']);
  expect(await pulls({ actor: 'builder' })).toEqual([]);
  expect(await pulls({ digest: app, until: '2026-11-30T12:00:05Z' })).toEqual(['acme/app complete']);
  await expect(pulls({ state: 'gone' as 'checked' })).rejects.toThrow('state: there are checked, inspected');
  const start = await sessions({}, { limit: 1 });
  expect((await sessions({}, { limit: LIMIT, after: start.next ?? '' })).items).toHaveLength(2);

  const [complete] = (await sessions({ state: 'complete' }, { limit: LIMIT })).items;
  expect(complete).toEqual({
    session: expect.any(String),
    startedAt: '2026-11-30T12:00:00Z',
    at: '2026-11-30T12:00:09Z',
    ...{ open: false, state: 'complete', evidence: 'events', repository: 'acme/app', source: 'distribution' },
    ...{ tag: '1.0', digest: app, expectedBytes: 6_000, transferredBytes: 6_000, layers: 2, layersPulled: 2 },
    ...{ layersCached: 0, clients: 1, actor: 'ci', addr: '10.1.2.3', client: 'containerd/v2.0.0', events: 4 },
  });
  const whole = await session(complete?.session ?? '');
  expect(whole).toMatchObject(complete ?? {});
  expect(whole?.requests).toHaveLength(4);
  expect(whole?.parts.map(({ state, size }) => `${state} ${size}`)).toEqual([
    'seen 1000',
    'seen 2000',
    'seen 3000',
  ]);
  expect(await session(randomUUID())).toBeUndefined();
  await expectDays(sessionsPerDay);
});

async function expectDays(sessionsPerDay: ArchiveReader['sessionsPerDay']): Promise<void> {
  const window = { since: '2026-11-29T00:00:00Z', until: '2026-12-01T00:00:00Z' };
  const empty = {
    ...{ pulls: 0, bytes: 0, checked: 0, inspected: 0, cached: 0, complete: 0 },
    ...{ unfinished: 0, interrupted: 0, redirected: 0 },
  };
  const none = { ...empty, day: '2026-11-29' };
  const day = { ...empty, day: '2026-11-30' };
  expect(await sessionsPerDay(window)).toEqual([
    none,
    { ...day, pulls: 2, bytes: 8_000, checked: 1, complete: 1, unfinished: 1 },
  ]);
  expect(await sessionsPerDay({ ...window, repository: 'other/app' })).toEqual([
    none,
    { ...day, checked: 1 },
  ]);
  expect(await sessionsPerDay({ ...window, repository: 'acme/app', tag: 'none' })).toEqual([none, day]);
  expect(await sessionsPerDay({ ...window, source: 'nowhere' })).toEqual([none, day]);
}
