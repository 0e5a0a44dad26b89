/**
 * What a delivery takes of Redis while it waits, and of the CPU until it is delivered, with 1, 3 and 10 endpoints.
 *
 * `node stored.mjs [DELIVERIES] [QUEUE]`, from the bench folder after a build. QUEUE is a module of another build that
 * exports `connect`, `createConsumer` and `createProducer`, to compare with.
 */
import { spawn } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const COUNT = Number(process.argv[2] ?? 10_000);
const queue = (subject = '') => import(process.argv[3] ?? `@longshore/queue${subject}`);
const [{ connect }, { createConsumer, createTakeLoop }, { createProducer }] = await Promise.all([
  queue(),
  queue('/consumer'),
  queue('/producer'),
]);

/** A push as registry 3 sends it: 1.5 KB with its references left out. */
function anEvent(n) {
  const digest = `sha256:${randomBytes(32).toString('hex')}`;
  const repository = `team-${n % 50}/service-${n % 700}`;
  const host = 'registry.internal.corp.example';
  const useragent =
    'docker/27.3.1 go/go1.22.7 git-commit/41ca978 kernel/5.15.0-1070-aws os/linux arch/amd64 UpstreamClient(Docker-Client/27.3.1 \\(linux\\))';
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  return {
    id: randomUUID(),
    timestamp: new Date().toISOString(),
    action: 'push',
    target: {
      mediaType,
      digest,
      size: 1_589,
      length: 1_589,
      repository,
      url: `https://${host}/v2/${repository}/manifests/${digest}`,
      tag: `v1.${n % 90}.${n % 7}`,
      annotations: {
        'org.opencontainers.image.revision': randomBytes(20).toString('hex'),
        'org.opencontainers.image.source': `https://git.corp.example/${repository}`,
        'org.opencontainers.image.created': new Date().toISOString(),
        'org.opencontainers.image.title': repository,
        'org.opencontainers.image.vendor': 'Platform Engineering, Example Corporation',
        'org.opencontainers.image.licenses': 'Apache-2.0',
        'org.opencontainers.image.base.name': 'registry.internal.corp.example/base/debian:12-slim',
        'org.opencontainers.image.base.digest': `sha256:${createHash('sha256').update('base').digest('hex')}`,
      },
    },
    request: {
      id: randomUUID(),
      addr: `10.2.3.${n % 250}:51234`,
      host,
      method: 'PUT',
      useragent,
    },
    actor: { name: `ci-robot-${n % 20}` },
    source: { addr: 'registry-7d9f8c6b5-abcde:5000', instanceID: '8f14e45f-ceea-467f-a8d1-1b0b2c3d4e5f' },
  };
}

function deliveriesOf(event, endpoints) {
  const { mediaType, digest, repository, tag } = event.target;
  const payload = { event };
  const contentType = 'application/vnd.docker.distribution.events.v2+json';
  return endpoints.map((endpoint) => ({
    id: createHash('sha256').update(`${endpoint} ${event.id}`).digest('hex').slice(0, 32),
    endpoint,
    eventId: event.id,
    source: 'distribution',
    kind: 'distribution',
    class: 'event',
    nativeType: 'push',
    receivedAt: Date.now(),
    contentType,
    view: { action: 'push', repository, tag, digest, mediaType },
    payload,
  }));
}

const folder = mkdtempSync(join(tmpdir(), 'longshore-bench-'));
const socket = join(folder, 'redis.sock');
const options = ['--port', '0', '--unixsocket', socket, '--save', '', '--dir', folder];
const redis = spawn('redis-server', [...options, '--appendonly', 'yes'], { stdio: 'ignore' });
const open = async (profile) => {
  const client = connect({ socket: () => socket }, profile, () => {});
  await new Promise((resolve) => client.once('ready', resolve));
  return client;
};
const [client, consuming] = [await open('producer'), await open('consumer')];
const info = async (name) => Number(new RegExp(`${name}:([\\d.]+)`).exec(await client.info())[1]);
const redisSeconds = async () => (await info('used_cpu_user')) + (await info('used_cpu_sys'));
const ourSeconds = () => process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6;

const rows = [];
for (const fanOut of [1, 3, 10]) {
  await client.flushall();
  const prefix = `bench${fanOut}`;
  const endpoints = Array.from({ length: fanOut }, (_, n) => `endpoint-${n}`);
  const events = Array.from({ length: Math.ceil(COUNT / fanOut) }, (_, n) => anEvent(n));
  const producer = createProducer(client, prefix);
  await producer.enqueue(deliveriesOf(anEvent(0), endpoints)); // queues and scripts are there
  const memory = await info('used_memory');
  const before = { redis: await redisSeconds(), ours: ourSeconds() };
  for (let at = 0; at < events.length; at += 64) {
    const part = events.slice(at, at + 64);
    await Promise.all(part.map((event) => producer.enqueue(deliveriesOf(event, endpoints))));
  }
  const stored = { redis: await redisSeconds(), ours: ourSeconds() };
  const count = events.length * fanOut;
  const bytes = ((await info('used_memory')) - memory) / count;

  let delivered = 0;
  // A build of an earlier version has a consumer for each endpoint.
  const loop = createTakeLoop?.({
    client: consuming,
    prefix,
    onError: console.error,
    onStuck: console.error,
  });
  const serve = loop?.serve ?? createConsumer;
  const consumers = endpoints.map((endpoint) =>
    serve({
      client: consuming,
      prefix,
      endpoint,
      concurrency: 16,
      take: { concurrency: 16, order: 'none', maxBackoffMs: 3_600_000 },
      delivered: { age: 86_400_000, count: 1_000_000 },
      // What the sink does with it.
      handle: async ({ payload }) => {
        delivered += Buffer.from(payload.text ?? payload.json ?? JSON.stringify(payload.event)).length > 0;
        return { settle: 'delivered', outcome: { kind: 'delivered', reason: 'http_200' } };
      },
      unreadable: ({ fault }) => {
        throw new Error(fault);
      },
      onError: (error) => console.error(error.message),
      onStalled: () => {},
    }),
  );
  while (delivered < count + fanOut) await pause(20);
  await pause(200);
  const end = { redis: await redisSeconds(), ours: ourSeconds() };
  const kept = ((await info('used_memory')) - memory) / count;
  const us = (seconds) => Math.round((seconds / count) * 1e6);
  rows.push({
    endpoints: fanOut,
    'bytes of the event': JSON.stringify(events[0]).length,
    'bytes while it waits': Math.round(bytes),
    'bytes once delivered': Math.round(kept),
    'enqueue: µs ours': us(stored.ours - before.ours),
    'µs Redis': us(stored.redis - before.redis),
    'deliver: µs ours': us(end.ours - stored.ours),
    'µs Redis ': us(end.redis - stored.redis),
  });
  await Promise.all(consumers.map((consumer) => consumer.close(1_000)));
  loop?.close();
  await producer.close();
}
console.table(rows);
client.disconnect();
consuming.disconnect();
redis.kill();
await new Promise((resolve) => redis.once('exit', resolve));
rmSync(folder, { recursive: true });
