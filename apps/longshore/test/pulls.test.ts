/** Pulls at a receiver, from a real registry: skopeo, docker-registry, relay, PostgreSQL. */
import { writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import {
  eventually,
  freePort,
  hasTool,
  type OciPart,
  oci,
  type Receiver,
  redisUrl,
  skopeo,
  startReceiver,
  startRegistry,
  testDatabase,
  testPrefix,
} from '@longshore/testkit';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { AT_LAST } from './control.js';
import { fluentBitRequest, vectorRequest } from './log-agents.js';
import { command } from './operator.js';
import { envelope, type Settings, startRelay, startRelayProcess, workFolder, writeConfig } from './relay.js';

const LONG_MS = 180_000;
const LOG_TOKEN = 'the token of an agent';
/** That of this machine, which is what skopeo takes of an index. */
const ARCHITECTURE = process.arch === 'x64' ? 'amd64' : process.arch;

interface PullEvent {
  id: string;
  action: string;
  tag: string;
  state: string;
  [field: string]: unknown;
}

/** As the registry sends it. */
interface Sent {
  id: string;
  timestamp: string;
  action: string;
  target: { repository: string };
}

const eventsOf = <Event>(receiver: Receiver): Event[] =>
  receiver.requests.flatMap((request) => request.json<{ events: Event[] }>().events);

/** A relay whose receiver wants pulls. */
async function setUp(sources: Settings[] = []) {
  const port = await freePort();
  const receiver = await startReceiver();
  const url = await testDatabase();
  const file = await writeConfig(await workFolder(), {
    archive: { url, sessions: { grace: '1s' } },
    redis: { url: redisUrl(), prefix: testPrefix() },
    ingest: { listen: `127.0.0.1:${port}` },
    ...(sources.length > 0 && { sources }),
    notifications: {
      events: { includereferences: true },
      endpoints: [{ name: 'pulls', url: receiver.url, accept: ['pull'], timeout: '10s' }],
    },
  });
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  onTestFinished(() => client.end());
  await client.connect();
  const count = async (table: string): Promise<number> =>
    (await client.query(`select 1 from longshore.${table}`)).rows.length;
  return { receiver, port, file, count };
}

/** What a registry sends while these clients work, as it would have sent it an hour ago: every pull is over. */
async function captured(
  pulls: number,
  work: (host: string) => Promise<void>,
  image: OciPart,
): Promise<Sent[]> {
  const listener = await startReceiver();
  const registry = await startRegistry({
    includereferences: true,
    endpoints: [{ name: 'listener', url: listener.url, timeout: '5s', threshold: 5, backoff: '1s' }],
  });
  await oci.push(registry.url, 'team/app', image, '1.0');
  await work(registry.host);
  const sent = await eventually(
    () => eventsOf<Sent>(listener),
    (all) => all.filter(({ action }) => action === 'pull').length >= pulls,
    { ...AT_LAST, what: `${pulls} pulls of the registry` },
  );
  return sent.map(anHourAgo);
}

const anHourAgo = (event: Sent): Sent => ({
  ...event,
  timestamp: new Date(Date.parse(event.timestamp) - 3_600_000).toISOString(),
});

test.skipIf(!hasTool('skopeo'))(
  'a check, a pull and a look at what is there, in any order and twice: one event for each client, also when the worker is killed',
  async () => {
    const { receiver, file, count } = await setUp();
    const folder = await workFolder();
    const images = [ARCHITECTURE, 's390x'].map((architecture) =>
      oci.image({ layers: ['base', architecture], platform: { os: 'linux', architecture } }),
    );
    // HEAD; index, manifest and config; the same and two layers.
    const sent = await captured(
      9,
      async (host) => {
        const headers = { accept: 'application/vnd.oci.image.index.v1+json', 'user-agent': 'checker' };
        await fetch(`http://${host}/v2/team/app/manifests/1.0`, { method: 'HEAD', headers });
        await skopeo('copy', `docker://${host}/team/app:1.0`, `oci:${folder}/copy:1.0`);
        await skopeo('inspect', `docker://${host}/team/app:1.0`);
      },
      oci.index(images),
    );
    const half = Math.ceil(sent.length / 2);
    const relay = await startRelayProcess(file);
    await relay.post(envelope(...sent.slice(half).toReversed()));
    await eventually(
      () => count('pull_due'),
      (rows) => rows > 0,
      AT_LAST,
    );
    await relay.crash();
    const next = await startRelay(file);
    await next.post(envelope(...sent));
    await next.post(envelope(...sent.slice(0, half)));
    // What was computed from a part is corrected.
    const latest = () => new Map(eventsOf<PullEvent>(receiver).map((event) => [event.session, event]));
    const shapeOf = ({ state, events }: PullEvent): string => `${state} ${events}`;
    const wanted = ['cached 3', 'checked 1', 'complete 5'];
    const final = await eventually(
      () => [...latest().values()],
      (all) => all.map(shapeOf).sort().join() === wanted.join(),
      { ...AT_LAST, what: 'pulls at the receiver' },
    );
    const events = eventsOf<PullEvent>(receiver);
    const pulled = final.find(({ state }) => state === 'complete');
    const bytes = images[0]?.parts.reduce((sum, { size }) => sum + size, 0);
    expect(pulled).toMatchObject({
      action: 'image.pulled',
      repository: 'team/app',
      tag: '1.0',
      evidence: 'events',
      layers: 2,
      layersPulled: 2,
      events: 5,
      userAgent: expect.stringMatching(/^skopeo\//),
      addr: '127.0.0.1',
    });
    expect(pulled).toMatchObject({ expectedBytes: bytes, transferredBytes: bytes });
    expect(events.find(({ state }) => state === 'checked')).toMatchObject({
      tag: '1.0',
      userAgent: 'checker',
    });
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  },
  LONG_MS,
);

/** The same lines by Vector, then by Fluent Bit: the same events. */
async function postedByAgents(url: string, lines: readonly string[]): Promise<void> {
  const answers = [];
  for (const requestOf of [vectorRequest, fluentBitRequest]) {
    const { path, headers, body } = await requestOf(lines, LOG_TOKEN);
    const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body });
    answers.push(await answer.json());
  }
  const accepted = lines.length;
  expect(answers).toMatchObject([
    { accepted, duplicates: 0 },
    { accepted, duplicates: accepted },
  ]);
}

/** A client that goes away when it has so many bytes. */
function brokenOff(url: string, headers: Record<string, string>, bytes: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers }, (answer) => {
      let got = 0;
      answer.on('data', (part: Buffer) => {
        got += part.length;
        if (got >= bytes) request.destroy();
      });
      answer.on('close', resolve);
      answer.on('error', () => {});
    });
    request.on('error', reject);
  });
}

/** What a pull-through cache sends while a client pulls an image that it does not have, as it would have an hour ago. */
async function pulledThroughCache(origin: string, image: OciPart): Promise<Sent[]> {
  const listener = await startReceiver();
  const cache = await startRegistry({
    proxy: origin,
    includereferences: true,
    endpoints: [{ name: 'listener', url: listener.url, timeout: '5s', threshold: 5, backoff: '1s' }],
  });
  const headers = { accept: image.mediaType, 'user-agent': 'node' };
  const paths = ['manifests/1.0', ...image.parts.map(({ digest }) => `blobs/${digest}`)];
  for (const path of paths) {
    const answer = await fetch(`${cache.url}/v2/team/small/${path}`, { headers });
    expect([path, answer.status]).toEqual([path, 200]);
    await answer.arrayBuffer();
  }
  const sent = await eventually(
    () => eventsOf<Sent>(listener).filter(({ action }) => action === 'pull'),
    (all) => all.length >= paths.length,
    { ...AT_LAST, what: `${paths.length} pulls of the cache` },
  );
  return sent.map(anHourAgo);
}

test.skipIf(!hasTool('docker-registry'))(
  'a layer of 64 MB that is broken off after 1 MB is interrupted, by the registry’s log; so is a pull that failed; and a pull through a cache is complete',
  async () => {
    const { receiver, port, file } = await setUp([
      { name: 'registry', kind: 'distribution' },
      { name: 'registry-log', kind: 'distribution-log', auth: { bearer: LOG_TOKEN } },
      { name: 'cache', kind: 'distribution' },
    ]);
    await startRelay(file);
    const url = `http://127.0.0.1:${port}`;
    const registry = await startRegistry({
      includereferences: true,
      endpoints: [
        { name: 'relay', url: `${url}/sources/registry`, timeout: '5s', threshold: 5, backoff: '1s' },
      ],
      config: { log: { formatter: 'json', level: 'info', accesslog: { disabled: true } } },
    });
    const image = oci.image({ layers: [Buffer.alloc(64_000_000)] });
    const layer = image.parts.find(({ size }) => size === 64_000_000);
    await oci.push(registry.url, 'team/app', image, '1.0');
    const headers = { accept: image.mediaType, 'user-agent': 'impatient' };
    for (const tag of ['1.0', 'nope'])
      await (await fetch(`${registry.url}/v2/team/app/manifests/${tag}`, { headers })).text();
    await brokenOff(`${registry.url}/v2/team/app/blobs/${layer?.digest}`, headers, 1_000_000);
    const lines = () =>
      registry
        .log()
        .split('\n')
        .filter((line) => line.includes('"impatient"'));
    const completed = (line: string) => line.includes('"response completed');
    await eventually(lines, (all) => all.filter(completed).length === 3, { ...AT_LAST, what: 'three lines' });
    await postedByAgents(url, lines().filter(completed));
    const log = join(await workFolder(), 'registry.log');
    await writeFile(log, `${registry.log().trimEnd()}\n`);
    const followed = await command([
      'follow',
      log,
      '--begin',
      '--once',
      '--source',
      'registry-log',
      '--to',
      url,
      '--header',
      `Authorization: Bearer ${LOG_TOKEN}`,
    ]);
    expect(followed).toMatchObject({ code: 0 });
    const events = await eventually(
      () => eventsOf<PullEvent>(receiver),
      (all) =>
        ['pull.failed', 'pull.interrupted'].every((wanted) => all.some(({ action }) => action === wanted)),
      { ...AT_LAST, what: 'two events' },
    );
    const common = { repository: 'team/app', userAgent: 'impatient', addr: '127.0.0.1' };
    const interrupted = events.find(({ action }) => action === 'pull.interrupted');
    expect(interrupted).toMatchObject({ ...common, source: 'registry', tag: '1.0', layer: layer?.digest });
    expect(interrupted).toMatchObject({ digest: image.digest, size: 64_000_000 });
    expect(interrupted?.transferredBytes).toBeLessThan(64_000_000);
    expect(interrupted?.transferredBytes).toBeGreaterThanOrEqual(1_000_000);
    expect(events.find(({ action }) => action === 'pull.failed')).toMatchObject({
      ...{ ...common, source: 'registry-log', tag: 'nope', status: 404, method: 'GET' },
    });
    expect(events.filter(({ action }) => action === 'pull.failed')).toHaveLength(1);

    const small = oci.image({ layers: ['base', 'top'] });
    await oci.push(registry.url, 'team/small', small, '1.0');
    const posted = await fetch(`${url}/sources/cache`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.docker.distribution.events.v1+json' },
      body: JSON.stringify(envelope(...(await pulledThroughCache(registry.url, small)))),
    });
    expect(posted.status).toBe(202);
    const pulled = await eventually(
      () => eventsOf<PullEvent>(receiver).find(({ source }) => source === 'cache'),
      Boolean,
      { ...AT_LAST, what: 'a pull of the cache' },
    );
    expect(pulled).toMatchObject({
      ...{ action: 'image.pulled', state: 'complete', repository: 'team/small', tag: '1.0', layersPulled: 2 },
      ...{ digest: small.digest, expectedBytes: small.parts.reduce((sum, { size }) => sum + size, 0) },
    });
  },
  LONG_MS,
);
