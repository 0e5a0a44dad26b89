/** Image events at a receiver, from a real registry: skopeo, docker-registry, relay, PostgreSQL. */
import {
  eventually,
  freePort,
  hasTool,
  oci,
  type Receiver,
  redisUrl,
  skopeo,
  startReceiver,
  startRegistry,
  type TestRegistry,
  testDatabase,
  testPrefix,
} from '@longshore/testkit';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { AT_LAST } from './control.js';
import { envelope, type Settings, startRelay, startRelayProcess, workFolder, writeConfig } from './relay.js';

const LONG_MS = 180_000;

interface ImageEvent {
  id: string;
  action: string;
  repository: string;
  [field: string]: unknown;
}

const eventsOf = (receiver: Receiver): ImageEvent[] =>
  receiver.requests.flatMap((request) => request.json<{ events: ImageEvent[] }>().events);

/** So long that nothing is reported before the test says `report`, however slow the machine is. */
const UNTIL_THEN = { settle: '10m' };

/** A registry that reports to a relay, which reads it back. */
async function setUp(images: Settings = {}) {
  const receiver = await startReceiver();
  const port = await freePort();
  const notified = `http://127.0.0.1:${port}/registry/notifications`;
  const registry = await startRegistry({
    endpoints: [{ name: 'relay', url: notified, timeout: '5s', threshold: 5, backoff: '1s' }],
  });
  const url = await testDatabase();
  const [folder, prefix] = [await workFolder(), testPrefix()];
  const configure = (settings: Settings) =>
    writeConfig(folder, {
      archive: { url, images: settings },
      redis: { url: redisUrl(), prefix },
      ingest: { listen: `127.0.0.1:${port}` },
      registries: [{ source: 'distribution', url: registry.url }],
      notifications: {
        endpoints: [{ name: 'images', url: receiver.url, accept: ['image'], timeout: '10s' }],
      },
    });
  const file = await configure(images);
  const report = () => configure({ settle: '1s' });
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  onTestFinished(() => client.end());
  await client.connect();
  const rowsIn = async (table: string): Promise<number> =>
    (await client.query(`select 1 from longshore.${table}`)).rows.length;
  return { receiver, registry, file, report, rowsIn };
}

/** A registry with the images that are copied, which reports nothing. */
async function sourceOfImages(): Promise<TestRegistry> {
  const source = await startRegistry();
  const layers = (version: string) => ['base', `app ${version}`];
  const image = (version: string, architecture = 'amd64') =>
    oci.image({ layers: layers(`${version} ${architecture}`), platform: { os: 'linux', architecture } });
  const index = (amd: string, arm: string) => {
    const images = [image(amd), image(arm, 'arm64')];
    return oci.index([...images, ...images.map((one) => oci.attestation(one, one.digest))]);
  };
  await oci.push(source.url, 'images', image('1'), 'v1');
  await oci.push(source.url, 'images', image('2'), 'v2');
  await oci.push(source.url, 'images', index('1', '1'), 'index-1');
  await oci.push(source.url, 'images', index('1', '2'), 'index-2');
  return source;
}

/** What the next commands lead to, in order, once so many events have come. */
function watch(receiver: Receiver) {
  let seen = 0;
  return async (count: number): Promise<ImageEvent[]> => {
    const all = await eventually(
      () => eventsOf(receiver),
      (events) => events.length >= seen + count,
      { ...AT_LAST, what: `${seen + count} image events` },
    );
    const fresh = all.slice(seen).sort((a, b) => String(a.timestamp).localeCompare(String(b.timestamp)));
    seen = all.length;
    return fresh;
  };
}

const actions = (events: readonly ImageEvent[]): string[] => events.map(({ action }) => action).sort();

test.skipIf(!hasTool('skopeo'))(
  'pushes, retags, overwrites and deletes of skopeo as image events, read from the registry where its events say too little',
  async () => {
    const [source, { receiver, registry, file }] = await Promise.all([sourceOfImages(), setUp()]);
    await startRelay(file);
    const next = watch(receiver);
    const copy = (from: string, to: string, ...more: string[]) =>
      skopeo(
        'copy',
        ...more,
        `docker://${source.host}/images:${from}`,
        `docker://${registry.host}/team/${to}`,
      );

    await copy('v1', 'app:1.0');
    const first = await next(2);
    expect(actions(first)).toEqual(['image.pushed', 'tag.created']);
    const pushed = first.find(({ action }) => action === 'image.pushed');
    expect(pushed).toMatchObject({
      source: 'distribution',
      repository: 'team/app',
      tags: ['1.0'],
      artifact: 'image',
      attestations: 0,
      mountedBytes: 0,
      reusedBytes: 0,
      unchanged: false,
      changedPlatforms: [],
      events: 4,
      addr: '127.0.0.1',
      userAgent: expect.stringMatching(/^skopeo\//),
    });
    expect(pushed?.size).toBe(pushed?.pushedBytes);
    expect(pushed?.platforms).toEqual([
      { platform: 'linux/amd64', digest: pushed?.digest, size: expect.any(Number) },
    ]);
    expect(first.find(({ action }) => action === 'tag.created')).toMatchObject({
      ...{ tag: '1.0', digest: pushed?.digest, firstSeen: true },
    });

    await copy('v1', 'app:1.0');
    const [again, ...others] = await next(1);
    expect(others).toEqual([]);
    expect(again).toMatchObject({ action: 'image.pushed', unchanged: true, pushedBytes: 0, events: 4 });
    expect(again?.reusedBytes).toBe(pushed?.size);

    await copy('index-1', 'multi:1.0', '--all');
    const multi = await next(2);
    expect(actions(multi)).toEqual(['image.pushed', 'tag.created']);
    const index = multi.find(({ action }) => action === 'image.pushed');
    expect(index).toMatchObject({
      attestations: 2,
      platforms: [{ platform: 'linux/amd64' }, { platform: 'linux/arm64' }],
    });

    await copy('index-2', 'multi:1.0', '--all');
    const moved = await next(2);
    expect(moved.find(({ action }) => action === 'image.pushed')).toMatchObject({
      ...{ previousDigest: index?.digest, changedPlatforms: ['linux/arm64'] },
    });
    const move = moved.find(({ action }) => action === 'tag.moved');
    expect(move).toMatchObject({ from: index?.digest, to: move?.digest });

    const host = registry.host;
    await skopeo('copy', '--all', `docker://${host}/team/multi:1.0`, `docker://${host}/team/multi:latest`);
    const retagged = await next(2);
    expect(actions(retagged)).toEqual(['image.pushed', 'tag.created']);
    expect(retagged[0]).toMatchObject({ digest: move?.to });

    await skopeo('delete', `docker://${host}/team/multi:1.0`);
    expect(await next(1)).toMatchObject([
      { action: 'image.deleted', digest: move?.to, tags: ['1.0', 'latest'] },
    ]);
  },
  LONG_MS,
);

test.skipIf(!hasTool('skopeo'))(
  'a worker that is killed between a push and its report: the next one reports it, once',
  async () => {
    const [source, { receiver, registry, file, report, rowsIn }] = await Promise.all([
      sourceOfImages(),
      setUp(UNTIL_THEN),
    ]);
    const relay = await startRelayProcess(file);
    await skopeo('copy', `docker://${source.host}/images:v1`, `docker://${registry.host}/team/app:1.0`);
    const open = () => rowsIn('image_open');
    await eventually(open, (count) => count === 1, AT_LAST);
    await relay.crash();
    expect(eventsOf(receiver)).toEqual([]);
    await report();
    await startRelay(file);
    const events = await watch(receiver)(2);
    expect(actions(events)).toEqual(['image.pushed', 'tag.created']);
    await eventually(open, (count) => count === 0, AT_LAST);
    expect(eventsOf(receiver)).toHaveLength(2);
  },
  LONG_MS,
);

test('the same requests in any order and twice make the same events, once', async () => {
  const { receiver, file, report, rowsIn } = await setUp(UNTIL_THEN);
  const relay = await startRelay(file);
  const layers = [oci.blob('one', 'application/octet-stream'), oci.blob('two', 'application/octet-stream')];
  const image = oci.image({ layers: ['one', 'two'] });
  const now = Date.now();
  const push = (part: { digest: string; mediaType: string; size: number }, n: number, tag?: string) => ({
    id: crypto.randomUUID(),
    timestamp: new Date(now + n).toISOString(),
    action: 'push',
    target: {
      mediaType: part.mediaType,
      digest: part.digest,
      size: part.size,
      repository: 'posted/app',
      url: `http://registry/v2/posted/app/${tag ? 'manifests' : 'blobs'}/${part.digest}`,
      ...(tag && { tag, references: layers.map(({ bytes: _, parts: __, kind: ___, ...one }) => one) }),
    },
    request: {
      id: crypto.randomUUID(),
      addr: '10.0.0.1:5',
      host: 'registry',
      method: 'PUT',
      useragent: 'ci',
    },
    actor: { name: 'ci' },
    source: { addr: 'registry:5000', instanceID: crypto.randomUUID() },
  });
  const [one, two, root, tagged] = [
    ...layers.map((layer, n) => push(layer, n)),
    push(image, 5, '1.0'),
    push(image, 6, 'latest'),
  ];
  for (const events of [
    [tagged, two],
    [root, one],
    [one, two, root, tagged],
  ]) {
    await relay.post(envelope(...events.filter((event) => event !== undefined)));
  }
  await eventually(
    () => rowsIn('event'),
    (count) => count === 4,
    AT_LAST,
  );
  expect(eventsOf(receiver)).toEqual([]);
  await relay.stop();
  await report();
  await startRelay(file);
  const events = await watch(receiver)(3);
  expect(actions(events)).toEqual(['image.pushed', 'tag.created', 'tag.created']);
  expect(events.find(({ action }) => action === 'image.pushed')).toMatchObject({
    tags: ['1.0', 'latest'],
    digest: image.digest,
    pushedBytes: 6,
    actor: 'ci',
    events: 4,
  });
});
