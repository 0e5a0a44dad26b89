/**
 * The local spool with the real command: Nexus, which never sends anything twice, posts while Redis and ingest are
 * killed. Every request that was answered with a 2xx arrives, once.
 */
import { randomUUID } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, type Receiver, startReceiver, startRedis, testPrefix } from '@longshore/testkit';
import { expect, test } from 'vitest';
import {
  anEvent,
  postTo,
  type Relay,
  startRelay,
  startRelayProcess,
  workFolder,
  writeConfig,
} from './relay.js';

const LONG_MS = 300_000;
const SECRET = 'nexus-s3cret';

/** What Nexus posts for a pushed tag. */
function notice(tag: string): string {
  const asset = { id: tag, assetId: tag, format: 'docker', name: `/v2/team/api/manifests/${tag}` };
  const who = { nodeId: '5D9EDA16', initiator: 'ci/10.42.7.19', repositoryName: 'docker-hosted' };
  return JSON.stringify({ timestamp: '2026-03-14T09:28:27.461+00:00', ...who, action: 'CREATED', asset });
}

/** Posts once, as Nexus does. @returns the status; undefined when there was no answer */
async function nexusPost(relay: Relay, source: string, tag: string): Promise<number | undefined> {
  const headers = {
    'content-type': 'application/json; charset=UTF-8',
    'x-nexus-webhook-id': 'rm:repository:asset',
    'x-nexus-webhook-delivery': randomUUID(),
    authorization: `Bearer ${SECRET}`,
  };
  try {
    const url = `${relay.ingest}/sources/${source}`;
    const response = await fetch(url, { method: 'POST', headers, body: notice(tag) });
    await response.text();
    return response.status;
  } catch {
    return undefined;
  }
}

const auth = { bearer: SECRET };
const sources = [
  { name: 'east', kind: 'nexus', auth },
  { name: 'west', kind: 'nexus', auth },
];

/** Tags that arrived, of one source, in any order. */
function tagsAt({ requests }: Receiver, source: string): string[] {
  const tags = requests.map(
    (request) => request.json<{ events: [{ target: { tag: string } }] }>().events[0].target.tag,
  );
  return tags.filter((tag) => tag.startsWith(`${source}-`)).sort();
}

/** A sender that posts one after the other, and remembers what was taken. */
function sender(relay: () => Relay, source: string) {
  const taken: string[] = [];
  let n = 0;
  let on = true;
  const ended = (async () => {
    while (on) {
      n += 1;
      const tag = `${source}-${n}`;
      const status = await nexusPost(relay(), source, tag);
      if (status === 202) taken.push(tag);
      // Nothing is there: the next request a moment later, as pushes come.
      if (status === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return {
    taken,
    async end() {
      on = false;
      await ended;
    },
  };
}

const holds = async (relay: Relay): Promise<string> => {
  const text = await (await fetch(`${relay.admin}/readyz`)).text();
  return /the spool holds \d+ requests/.exec(text)?.[0] ?? '';
};

const spooled = ({ records }: Relay) => records.filter(({ record }) => record === 'event.spooled').length;

const oneEndpoint = (url: string) => [{ name: 'one', url, timeout: '10s' }];

/** Requests on the disk, of a spool that is not drained now. */
async function spooledFiles(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, 'new'));
  return names.map((name) => join(folder, 'new', name));
}

test(
  'a 2xx means durable: Redis stopped under a stream of posts, ingest killed again and again, and every id is at the receiver',
  async () => {
    const redis = await startRedis({ appendonly: true });
    const receiver = await startReceiver();
    const at = { url: redis.url, prefix: testPrefix() };
    const settings = { notifications: { endpoints: oneEndpoint(receiver.url) }, redis: at, sources };
    const file = await writeConfig(await workFolder(), settings);
    await startRelay(file, { roles: ['worker'] });
    let ingest = await startRelayProcess(file, { roles: ['ingest'] });
    const senders = ['east', 'west'].map((source) => sender(() => ingest, source));
    const more = async (count: number) => {
      const before = senders.map(({ taken }) => taken.length);
      await eventually(
        () => senders.every(({ taken }, n) => taken.length >= (before[n] ?? 0) + count),
        undefined,
        {
          timeout: 60_000,
          what: `${count} more taken`,
        },
      );
    };

    await more(30);
    for (let round = 0; round < 2; round += 1) {
      await redis.kill();
      // Killed while it spools, twice: each start takes over what the one before left.
      for (let kill = 0; kill < 2; kill += 1) {
        await more(30);
        expect(spooled(ingest)).toBeGreaterThan(0);
        await ingest.crash();
        ingest = await startRelayProcess(file, { roles: ['ingest'] });
      }
      await more(30);
      await redis.restart();
      // And while it drains.
      await ingest.waitFor(({ record }) => record === 'event.received');
      await ingest.crash();
      ingest = await startRelayProcess(file, { roles: ['ingest'] });
      await more(30);
    }
    for (const { end } of senders) await end();

    // What was on the disk when ingest was killed, and not answered, arrives too.
    const missing = () => {
      const arrived = new Set(['east', 'west'].flatMap((source) => tagsAt(receiver, source)));
      return senders.flatMap(({ taken }) => taken.filter((tag) => !arrived.has(tag)));
    };
    await eventually(missing, (tags) => tags.length === 0, {
      timeout: 60_000,
      every: 200,
      what: 'all that was taken',
    });
    await eventually(async () => (await holds(ingest)) === '');
    for (const [index, source] of ['east', 'west'].entries()) {
      const arrived = tagsAt(receiver, source);
      expect(senders[index]?.taken.length).toBeGreaterThan(200);
      expect(new Set(arrived).size).toBe(arrived.length);
    }
  },
  LONG_MS,
);

test(
  'the embedded Redis killed: what is posted meanwhile is spooled and arrives, without a restart',
  async () => {
    const receiver = await startReceiver();
    const folder = await workFolder();
    const file = await writeConfig(folder, {
      notifications: { endpoints: oneEndpoint(receiver.url) },
      sources,
    });
    const relay = await startRelay(file);
    await nexusPost(relay, 'east', 'east-1');
    await receiver.received(1);
    const { pid } = JSON.parse(await readFile(join(folder, 'data/redis/redis.json'), 'utf8'));
    const taken: string[] = [];
    process.kill(pid, 'SIGKILL');
    for (let n = 2; n <= 40; n += 1) {
      if ((await nexusPost(relay, 'east', `east-${n}`)) === 202) taken.push(`east-${n}`);
    }
    expect(spooled(relay)).toBeGreaterThan(0);
    expect(taken).toHaveLength(39);
    await receiver.received(40);
    expect(tagsAt(receiver, 'east')).toEqual(['east-1', ...taken].sort());
    // The last one is removed after it is in the queue, and may be delivered before.
    await eventually(async () => (await holds(relay)) === '');
  },
  LONG_MS,
);

test(
  'SIGTERM while requests are spooled: they stay on the disk, /readyz says how many, and the next start drains them',
  async () => {
    const redis = await startRedis({ appendonly: true });
    const receiver = await startReceiver();
    const folder = await workFolder();
    const at = { url: redis.url, prefix: testPrefix() };
    const endpoints = oneEndpoint(receiver.url);
    const worker = { grace: '500ms' };
    const file = await writeConfig(folder, { notifications: { endpoints }, redis: at, sources, worker });
    const first = await startRelay(file);
    await redis.kill();
    for (const tag of ['east-1', 'east-2', 'east-3']) expect(await nexusPost(first, 'east', tag)).toBe(202);
    expect(await holds(first)).toBe('the spool holds 3 requests');
    expect((await first.stop()).code).toBe(0);

    const spool = join(folder, 'data/spool');
    const files = await spooledFiles(spool);
    expect(files).toHaveLength(3);
    expect(await readFile(files[0] ?? '', 'latin1')).not.toContain(SECRET);
    expect((await stat(files[0] ?? '')).mode & 0o777).toBe(0o600);
    expect((await stat(spool)).mode & 0o777).toBe(0o700);

    const second = await startRelay(file);
    await second.waitFor('the spool holds requests of an earlier run, which are drained');
    expect(await nexusPost(second, 'east', 'east-4')).toBe(202);
    await redis.restart();
    await receiver.received(4);
    expect(tagsAt(receiver, 'east')).toEqual(['east-1', 'east-2', 'east-3', 'east-4']);
    await eventually(async () => (await holds(second)) === '');
  },
  LONG_MS,
);

test(
  'two ingest processes on one datadir: what the one that is killed has spooled is drained by the other',
  async () => {
    const redis = await startRedis({ appendonly: true });
    const receiver = await startReceiver();
    const at = { url: redis.url, prefix: testPrefix() };
    const settings = { notifications: { endpoints: oneEndpoint(receiver.url) }, redis: at, sources };
    const file = await writeConfig(await workFolder(), settings);
    await startRelay(file, { roles: ['worker'] });
    const one = await startRelayProcess(file, { roles: ['ingest'] });
    const two = await startRelay(file, { roles: ['ingest'] });
    await redis.kill();
    expect(await nexusPost(one, 'east', 'east-1')).toBe(202);
    expect(await nexusPost(two, 'west', 'west-1')).toBe(202);
    await one.crash();
    await redis.restart();
    await receiver.received(2);
    expect([...tagsAt(receiver, 'east'), ...tagsAt(receiver, 'west')]).toEqual(['east-1', 'west-1']);
  },
  LONG_MS,
);

test('a registry gets 503 while Redis is unavailable, since it keeps its events itself', async () => {
  const redis = await startRedis();
  const receiver = await startReceiver();
  const settings = {
    notifications: { endpoints: oneEndpoint(receiver.url) },
    redis: { url: redis.url, prefix: testPrefix() },
  };
  const relay = await startRelay(await writeConfig(await workFolder(), settings));
  await redis.kill();
  const response = await postTo(relay.ingest, { events: [anEvent()] });
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
  expect(await holds(relay)).toBe('');
});

test('a spool’s folder that is changed while it runs is used from the next start on, and the log says so', async () => {
  const redis = await startRedis();
  const receiver = await startReceiver();
  const folder = await workFolder();
  const first = {
    notifications: { endpoints: oneEndpoint(receiver.url) },
    redis: { url: redis.url, prefix: testPrefix() },
    ingest: { listen: '127.0.0.1:0', spool: {} },
    sources,
  };
  const relay = await startRelay(await writeConfig(folder, first), { roles: ['ingest'] });
  await writeConfig(folder, { ...first, ingest: { ...first.ingest, spool: { dir: join(folder, 'other') } } });
  const line = await relay.waitFor('these settings change at the next start only');
  expect(line.settings).toEqual(['ingest.spool.dir']);
  await redis.kill();
  expect(await nexusPost(relay, 'east', 'east-1')).toBe(202);
  await eventually(async () => (await spooledFiles(join(folder, 'data/spool'))).length === 1);
});
