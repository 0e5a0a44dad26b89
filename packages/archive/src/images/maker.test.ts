/** The same sequences through PostgreSQL: written as a relay writes them, decided and published as a worker does. */
import { randomBytes, randomUUID } from 'node:crypto';
import { type Registry, RegistryError } from '@longshore/registry-client';
import { expect, test } from 'vitest';
import type { Archive } from '../db/open.js';
import { noFault, testArchive, unaborted, writerOf } from '../testing/archive.js';
import { createImageMaker, type ImageMakerParts } from './maker.js';
import { deliveryOfSent } from './testing/deliver.js';
import { Memory, SETTINGS, type Sent } from './testing/memory.js';
import { lineOf, samples } from './testing/samples.js';
import type { ImageEvent } from './types.js';

const yes = async (): Promise<boolean> => true;

const makerOf = (archive: Archive, parts: Partial<ImageMakerParts> = {}) =>
  createImageMaker({
    archive,
    settings: () => ({ ...SETTINGS, partition: 'month' }),
    sourcesOf: (source) => [source],
    onFault: noFault,
    registryOf: () => undefined,
    onProblem: () => {},
    ...parts,
  });

/** As if so much time had passed since everything arrived. */
const pass = (archive: Archive, ms: number): Promise<unknown> =>
  archive.pool.query(`update image_open set arrived_at = arrived_at - $1 * interval '1 ms'`, [ms]);

async function published(maker: ReturnType<typeof makerOf>): Promise<ImageEvent[]> {
  const events: ImageEvent[] = [];
  await maker.publish(async ({ event }) => {
    events.push(event as ImageEvent);
  });
  return events;
}

async function settled(archive: Archive, maker = makerOf(archive)): Promise<ImageEvent[]> {
  await pass(archive, 10_000);
  await maker.make(yes, unaborted());
  return published(maker);
}

const shape = (events: readonly ImageEvent[]): string[] => events.map(lineOf).sort();

test.each(samples)('%s: in PostgreSQL as in memory, in parts and twice', async (_name, steps) => {
  const archive = await testArchive();
  const writer = writerOf(archive);
  const memory = new Memory();
  for (const { events } of steps) {
    if (events.length === 0) continue;
    const at = Date.parse(events.at(-1)?.timestamp ?? '');
    memory.store(events, at);
    const deliveries = events.map((sent) => deliveryOfSent(sent));
    const middle = Math.floor(deliveries.length / 2);
    await writer.write(deliveries.slice(middle).reverse(), unaborted());
    await makerOf(archive).make(yes, unaborted());
    await writer.write(deliveries, unaborted());
    expect(shape(await settled(archive))).toEqual(shape(memory.turn(at + 10_000)));
  }
  const { rows } = await archive.pool.query('select count(*) from image_open where not waits');
  expect(rows).toEqual([{ count: 0 }]);
});

const [, skopeoSteps = []] = samples.find(([name]) => name === 'distribution-3.1.1-skopeo') ?? [];
const single = skopeoSteps.find(({ step }) => step === 'single')?.events ?? [];

test('a process that dies before it has published leaves the events to the next one, each once', async () => {
  const archive = await testArchive();
  await writerOf(archive).write(
    single.map((sent) => deliveryOfSent(sent)),
    unaborted(),
  );
  await pass(archive, 10_000);
  const faults: unknown[] = [];
  const dying = makerOf(archive, { onFault: (repository, error) => faults.push([repository, error]) });
  await dying.make(yes, unaborted());
  const seen: string[] = [];
  const killed = new Error('killed');
  const dies = dying.publish(async ({ event }) => {
    seen.push(event.id);
    throw killed;
  });
  expect(await dies).toBe(0);
  expect(faults).toEqual([['team/app', killed]]);
  expect(seen).toHaveLength(1);
  const rest = await published(makerOf(archive));
  expect(rest.map(({ action }) => action)).toEqual(['image.pushed', 'tag.created']);
  expect(rest[0]?.id).toBe(seen[0]);
  expect(await published(makerOf(archive))).toEqual([]);
});

test('two processes at once make each event once', async () => {
  const archive = await testArchive();
  await writerOf(archive).write(
    single.map((sent) => deliveryOfSent(sent)),
    unaborted(),
  );
  await pass(archive, 10_000);
  await Promise.all([makerOf(archive).make(yes, unaborted()), makerOf(archive).make(yes, unaborted())]);
  expect((await published(makerOf(archive))).map(({ action }) => action)).toEqual([
    'image.pushed',
    'tag.created',
  ]);
});

test('a process that no longer leads stops', async () => {
  const archive = await testArchive();
  await writerOf(archive).write(
    single.map((sent) => deliveryOfSent(sent)),
    unaborted(),
  );
  await pass(archive, 10_000);
  expect(await makerOf(archive).make(async () => false, unaborted())).toBe(0);
  expect(await settled(archive)).toHaveLength(2);
});

const at = (sent: Sent | undefined, ms: number, more: Partial<Sent> = {}): Sent => {
  if (!sent) throw new Error('no such event');
  const timestamp = new Date(Date.parse(sent.timestamp) + ms).toISOString();
  return { ...sent, id: randomUUID(), timestamp, ...more };
};
const root = single.at(-1);
const withDigest = (sent: Sent, digest: string): Sent => ({ ...sent, target: { ...sent.target, digest } });

test('a push that arrives after a later one was reported is late, and moves no tag', async () => {
  const archive = await testArchive();
  const writer = writerOf(archive);
  const later = withDigest(at(root, 60_000), `sha256:${'b'.repeat(64)}`);
  await writer.write([deliveryOfSent(later)], unaborted());
  expect((await settled(archive)).map(({ action }) => action)).toEqual(['image.pushed', 'tag.created']);
  await writer.write(
    single.map((sent) => deliveryOfSent(sent)),
    unaborted(),
  );
  const [late, ...others] = await settled(archive);
  expect(late).toMatchObject({ action: 'image.pushed', late: true });
  expect(others).toEqual([]);
});

test('two pushes to one tag that arrive together are reported in their order', async () => {
  const archive = await testArchive();
  const second = withDigest(at(root, 500), `sha256:${'b'.repeat(64)}`);
  await writerOf(archive).write(
    [second, ...single].map((sent) => deliveryOfSent(sent)),
    unaborted(),
  );
  expect((await settled(archive)).map(({ action }) => action)).toEqual([
    ...['image.pushed', 'tag.created'],
    ...['image.pushed', 'tag.moved'],
  ]);
});

test('two sources of one registry report one push', async () => {
  const archive = await testArchive();
  const writer = writerOf(archive);
  const sourcesOf = (source: string): string[] => (source === 'alone' ? ['alone'] : ['harbor', 'registry']);
  const maker = makerOf(archive, { sourcesOf });
  const webhook = deliveryOfSent(at(root, 3_000), 'harbor', 'harbor');
  await writer.write([...single.map((sent) => deliveryOfSent(sent)), webhook], unaborted());
  const made = await settled(archive, maker);
  expect(made.map(({ action }) => action)).toEqual(['image.pushed', 'tag.created']);
  expect(made[0]).toMatchObject({ source: 'registry', sources: ['registry', 'harbor'] });
});

test('a source that reports a push after another one did is noted with it', async () => {
  const archive = await testArchive();
  const writer = writerOf(archive);
  const maker = makerOf(archive, { sourcesOf: () => ['harbor', 'registry'] });
  await writer.write(
    single.map((sent) => deliveryOfSent(sent)),
    unaborted(),
  );
  expect(await settled(archive, maker)).toHaveLength(2);
  await writer.write([deliveryOfSent(at(root, 5_000), 'harbor', 'harbor')], unaborted());
  expect(await settled(archive, maker)).toEqual([]);
  const { rows } = await archive.pool.query(
    `select body -> 'sources' as sources from image_event where type = 0`,
  );
  expect(rows).toEqual([{ sources: ['registry', 'harbor'] }]);
});

const elsewhere = (repository: string): Sent[] =>
  single.map((sent) => at(sent, 1_000, { target: { ...sent.target, repository } }));

test('a repository whose events cannot be made or published holds up no other, and is tried again', async () => {
  const archive = await testArchive();
  const bare = single.map((sent) => ({ ...sent, target: { ...sent.target, references: undefined } }));
  const others = ['other/one', 'other/two'].flatMap(elsewhere);
  await writerOf(archive).write(
    [...bare, ...others].map((sent) => deliveryOfSent(sent)),
    unaborted(),
  );
  await pass(archive, 10_000);
  const faults: string[] = [];
  let broken = true;
  const registry = {
    async manifest(repository: string) {
      if (repository === 'team/app' && broken) throw new Error('out of memory');
      throw new RegistryError('not_found', 'none');
    },
  } as unknown as Registry;
  const maker = makerOf(archive, {
    registryOf: () => registry,
    onFault: (repository, error) => faults.push(`${repository}: ${(error as Error).message}`),
  });
  expect(await maker.make(yes, unaborted())).toBe(4);
  expect(faults.splice(0)).toEqual(['team/app: out of memory']);

  const seen: string[] = [];
  const publish = async ({ event }: { event: { repository: string; action: string } }) => {
    if (event.repository === 'other/one' && broken) throw new Error('refused');
    seen.push(`${event.repository} ${event.action}`);
  };
  const ofTwo = ['other/two image.pushed', 'other/two tag.created'];
  expect(await maker.publish(publish)).toBe(2);
  expect(await maker.publish(publish)).toBe(0);
  expect([seen, new Set(faults)]).toEqual([ofTwo, new Set(['other/one: refused'])]);

  broken = false;
  await pass(archive, 70_000);
  expect(await maker.make(yes, unaborted())).toBe(2);
  await makerOf(archive).publish(publish);
  expect(seen.slice(2).sort()).toEqual([
    ...['other/one image.pushed', 'other/one tag.created'],
    ...['team/app image.pushed', 'team/app tag.created'],
  ]);
});

test('while nothing can be published, few are tried, and none is lost', async () => {
  const archive = await testArchive();
  const repositories = ['a', 'b', 'c', 'd', 'e'].map((name) => `many/${name}`);
  await writerOf(archive).write(
    repositories.flatMap(elsewhere).map((sent) => deliveryOfSent(sent)),
    unaborted(),
  );
  await pass(archive, 10_000);
  let tried = 0;
  const maker = makerOf(archive, { onFault: () => tried++ });
  expect(await maker.make(yes, unaborted())).toBe(10);
  expect(await maker.publish(() => Promise.reject(new Error('Redis is unavailable')))).toBe(0);
  expect(tried).toBe(3);
  expect(await published(makerOf(archive))).toHaveLength(10);
});

test('an image without references is read from the registry, once', async () => {
  const archive = await testArchive();
  const { target } = root ?? {};
  const [config, ...layers] = target?.references ?? [];
  const asked: string[] = [];
  const registry = {
    async manifest(repository: string, digest: string) {
      asked.push(`${repository}@${digest}`);
      return {
        kind: 'manifest',
        digest,
        size: target?.size,
        mediaType: target?.mediaType,
        manifests: [],
        config,
        layers,
      };
    },
    blob: async () => Buffer.from('{"os":"linux","architecture":"arm64"}'),
  } as unknown as Registry;
  const bare = single.map((sent) => ({ ...sent, target: { ...sent.target, references: undefined } }));
  await writerOf(archive).write(
    bare.map((sent) => deliveryOfSent(sent)),
    unaborted(),
  );
  const maker = makerOf(archive, { registryOf: () => registry });
  const [pushed] = await settled(archive, maker);
  expect(pushed).toMatchObject({
    size: 461,
    pushedBytes: 461,
    platforms: [{ platform: 'linux/arm64', size: 1167 }],
  });
  await writerOf(archive).write([deliveryOfSent(at(root, 9_000))], unaborted());
  expect(await settled(archive, maker)).toMatchObject([
    { unchanged: true, platforms: [{ platform: 'linux/arm64' }] },
  ]);
  expect(asked).toEqual([`team/app@${target?.digest}`]);
});

test('a manifest with texts that PostgreSQL does not take holds up no image event', async () => {
  const archive = await testArchive();
  const odd = (text: string): string => `${text}\0\ud800${randomBytes(8_000).toString('hex')}`;
  const { target } = root ?? {};
  const [config, ...layers] = target?.references ?? [];
  const registry = {
    manifest: async (_repository: string, digest: string) => ({
      ...{ kind: 'manifest', digest, size: target?.size, manifests: [], config },
      ...{ mediaType: odd('media'), artifactType: odd('artifact') },
      layers: layers.map((layer) => ({ ...layer, mediaType: odd('layer') })),
    }),
    blob: async () => Buffer.from(JSON.stringify({ os: odd('os'), architecture: 'arm64' })),
  } as unknown as Registry;
  const bare = single.map((sent) => ({ ...sent, target: { ...sent.target, references: undefined } }));
  await writerOf(archive).write(
    bare.map((sent) => deliveryOfSent(sent)),
    unaborted(),
  );
  const events = await settled(archive, makerOf(archive, { registryOf: () => registry }));
  expect(events).toMatchObject([{ action: 'image.pushed' }, { action: 'tag.created' }]);
});

test('a push by digest is an image without a tag after a while, where that is wanted', async () => {
  const archive = await testArchive();
  const byDigest = at(root, 0);
  const { tag: _, ...target } = byDigest.target;
  await writerOf(archive).write([deliveryOfSent({ ...byDigest, target })], unaborted());
  const settings = () => ({ ...SETTINGS, untagged: true, partition: 'month' as const });
  const maker = makerOf(archive, { settings });
  expect(await settled(archive, maker)).toEqual([]);
  await pass(archive, SETTINGS.orphan);
  expect(await settled(archive, maker)).toMatchObject([{ action: 'image.pushed', tags: [] }]);
});
