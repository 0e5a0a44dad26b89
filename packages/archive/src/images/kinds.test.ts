/**
 * What becomes of the payloads of each kind of source: the samples of `packages/sources`, as they are normalized there.
 * A registry that sends one event for an image makes the same class of event, in the same shape.
 */
import { readFile } from 'node:fs/promises';
import { type Delivery, deliveryOf, type RegistryEvent } from '@longshore/event';
import { expect, test } from 'vitest';
import type { Archive } from '../db/open.js';
import { noFault, testArchive, unaborted, writerOf } from '../testing/archive.js';
import { createImageMaker } from './maker.js';
import type { ImageEvent } from './types.js';

const KINDS = new URL('../../../sources/src/kinds/', import.meta.url);

/** A push of a tag, a delete where the kind reports them, and whether its events have digests. */
const SAMPLES: readonly { kind: string; push: string; deleted?: string; made?: string; digest: boolean }[] = [
  { kind: 'acr', push: 'push', deleted: 'delete', made: 'image.deleted', digest: true },
  { kind: 'aliyun', push: 'push', digest: true },
  { kind: 'cloudevents', push: 'structured', digest: true },
  { kind: 'dockerhub', push: 'push', digest: false },
  { kind: 'ecr', push: 'image-pushed', deleted: 'image-deleted', made: 'image.deleted', digest: true },
  {
    ...{ kind: 'eventgrid', push: 'own-schema/image-pushed', digest: true },
    ...{ deleted: 'own-schema/image-deleted', made: 'image.deleted' },
  },
  {
    kind: 'gar',
    push: 'wrapped/insert-tagged',
    deleted: 'wrapped/delete-tag',
    made: 'tag.deleted',
    digest: true,
  },
  { kind: 'gitea', push: 'gitea-created', deleted: 'forgejo-deleted', made: 'tag.deleted', digest: false },
  { kind: 'github', push: 'package-published', digest: true },
  { kind: 'gitlab', push: 'push', deleted: 'delete-of-a-tag', made: 'tag.deleted', digest: true },
  {
    kind: 'harbor',
    push: 'default-push-tag',
    deleted: 'default-delete',
    made: 'image.deleted',
    digest: true,
  },
  { kind: 'jfrog', push: 'docker-pushed', deleted: 'docker-deleted', made: 'image.deleted', digest: true },
  {
    kind: 'nexus',
    push: 'asset-created-manifest-tag',
    deleted: 'asset-deleted',
    made: 'tag.deleted',
    digest: false,
  },
  { kind: 'quay', push: 'repo_push', digest: false },
  { kind: 'zot', push: 'image-updated', deleted: 'image-deleted', made: 'image.deleted', digest: true },
];

const OTHER = `sha256:${'b'.repeat(64)}`;
const HOUR_MS = 3_600_000;
const START_MS = Date.parse('2026-11-30T06:00:00Z');

/** The events of a sample, in the order of its body. */
async function eventsOf(kind: string, sample: string): Promise<RegistryEvent[]> {
  const file = new URL(`${kind}/samples/${sample}.expected.json`, KINDS);
  return (JSON.parse(await readFile(file, 'utf8')) as { events: RegistryEvent[] }).events;
}

/** As the archive gets it so many hours after the begin; the first time of a kind decides its order, not the sample's. */
function deliveryAt(event: RegistryEvent, kind: string, hours: number, target: object = {}): Delivery {
  const timestamp = new Date(START_MS + hours * HOUR_MS).toISOString();
  const moved = {
    ...event,
    id: `${kind} ${hours}`,
    timestamp,
    time: timestamp,
    target: { ...event.target, ...target },
  };
  const { class: _class, nativeType: _type, time: _time, ...payload } = moved;
  return deliveryOf(
    {
      ...{ event: moved, payload: { event: payload }, contentType: 'application/json' },
      ...{ source: kind, kind, receivedAt: START_MS + hours * HOUR_MS },
    },
    'archive',
  );
}

test('each kind makes the same events, in the same shape, as far as it says something', async () => {
  const archive = await testArchive();
  const deliveries: Delivery[] = [];
  for (const { kind, push, deleted, digest } of SAMPLES) {
    const [pushed] = await eventsOf(kind, push);
    const [removed] = deleted === undefined ? [] : await eventsOf(kind, deleted);
    if (!pushed) throw new Error(`${kind}: no event in ${push}`);
    deliveries.push(
      deliveryAt(pushed, kind, 0),
      deliveryAt(pushed, kind, 1, digest ? { digest: OTHER } : {}),
    );
    if (removed) deliveries.push(deliveryAt(removed, kind, 2, { tag: pushed.target.tag }));
    deliveries.push(deliveryAt(pushed, kind, 3));
  }
  await writerOf(archive).write(deliveries, unaborted());
  const events = await madeOf(archive);
  for (const { kind, digest, made } of SAMPLES) {
    const own = events.filter(({ source }) => source === kind);
    expect([kind, own.map(({ action }) => action)]).toEqual([
      kind,
      [
        ...['image.pushed', 'tag.created', 'image.pushed'],
        ...(digest ? ['tag.moved'] : []), // where a tag points to is not known without digests
        ...(made === undefined ? [] : [made]),
        'image.pushed',
        ...(made === undefined ? (digest ? ['tag.moved'] : []) : ['tag.created']),
      ],
    ]);
    if (made) expect(own.at(-1)).toMatchObject({ firstSeen: false });
    const [first, created, second, moved] = own;
    for (const event of [first, second])
      expect([kind, event]).toEqual([kind, expect.objectContaining(SHAPE)]);
    expect(first).toMatchObject({ tags: [expect.any(String)], unchanged: false });
    expect(created).toMatchObject({ firstSeen: true, repository: first?.repository });
    if (digest) expect(moved).toMatchObject({ from: first?.digest, to: OTHER, digest: OTHER });
    else expect([kind, first?.digest, second?.digest]).toEqual([kind, undefined, undefined]);
  }
});

/** What every push has, of any kind of source. */
const SHAPE = {
  ...{
    id: expect.any(String),
    at: expect.any(String),
    startedAt: expect.any(String),
    action: 'image.pushed',
  },
  ...{ repository: expect.any(String), tags: expect.any(Array), artifact: 'image', platforms: [], events: 1 },
  ...{
    attestations: 0,
    pushedBytes: 0,
    mountedBytes: 0,
    reusedBytes: 0,
    unchanged: false,
    changedPlatforms: [],
  },
};

/** In order. */
async function madeOf(archive: Archive): Promise<ImageEvent[]> {
  await archive.pool.query(`update image_open set arrived_at = now() - interval '1 day'`);
  const maker = createImageMaker({
    archive,
    settings: () => ({ settle: 2_000, orphan: 900_000, untagged: false, partition: 'month' }),
    sourcesOf: (source) => [source],
    registryOf: () => undefined,
    onProblem: () => {},
    onFault: noFault,
  });
  await maker.make(async () => true, unaborted());
  const events: ImageEvent[] = [];
  await maker.publish(async ({ event }) => void events.push(event as ImageEvent));
  return events;
}
