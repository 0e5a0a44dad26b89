/**
 * The take loop beside a BullMQ Worker for each endpoint, which it replaced, by turns in one run:
 *
 * - deliveries a second of a backlog, with 1, 10 and 100 endpoints, and the CPU of this process and of Redis for each;
 * - the time from an add to the attempt at one of 50 quiet endpoints, in a process that is otherwise empty and beside a
 *   busy endpoint with a backlog;
 * - connections and commands at rest with so many endpoints.
 *
 * `node take.mjs [DELIVERIES] [IDLE ENDPOINTS] [ROUNDS]`, from the bench folder after a build. Starts a Redis of its own.
 */
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from '@longshore/queue';
import { createTakeLoop } from '@longshore/queue/consumer';
import { createProducer } from '@longshore/queue/producer';

const [COUNT = 5_000, IDLE = 1_000, ROUNDS = 3] = process.argv.slice(2).map(Number);
const { Worker } = createRequire(import.meta.resolve('@longshore/queue'))('bullmq');

const folder = mkdtempSync(join(tmpdir(), 'longshore-bench-'));
const socket = join(folder, 'redis.sock');
const options = ['--port', '0', '--unixsocket', socket, '--save', '', '--dir', folder, '--appendonly', 'yes'];
const redis = spawn('redis-server', options, { stdio: 'ignore' });
const open = async (profile) => {
  const client = connect({ socket: () => socket }, profile, () => {});
  await new Promise((resolve) => client.once('ready', resolve));
  return client;
};
const client = await open('producer');
const info = async (name) =>
  Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(await client.info('all'))?.[1]);
const cpu = async () => {
  const { user, system } = process.cpuUsage();
  return { ours: (user + system) / 1e6, redis: (await info('used_cpu_user')) + (await info('used_cpu_sys')) };
};

function aDelivery(endpoint) {
  const id = randomUUID();
  const target = { repository: 'team/service', tag: '1.0', digest: `sha256:${'0'.repeat(64)}` };
  return {
    ...{ id: createHash('sha256').update(`${endpoint} ${id}`).digest('hex').slice(0, 32), endpoint },
    ...{ eventId: id, source: 'distribution', kind: 'distribution', class: 'event', nativeType: 'push' },
    receivedAt: Date.now(),
    contentType: 'application/vnd.docker.distribution.events.v2+json',
    view: { action: 'push', ...target },
    payload: { event: { id, action: 'push', target, filling: 'a label: a value, '.repeat(60) } },
  };
}

/** Both serve endpoints with `handle(endpoint)`, a no-op of a receiver, and end with `close`. */
const WAYS = {
  async loop(prefix, endpoints, handle) {
    const consumer = await open('consumer');
    const loop = createTakeLoop({ client: consumer, prefix, onError: console.error, onStuck: console.error });
    const delivered = { settle: 'delivered', outcome: { kind: 'delivered', reason: 'http_200' } };
    const lanes = endpoints.map((endpoint) =>
      loop.serve({
        ...{ endpoint, take: { concurrency: 16, order: 'none', maxBackoffMs: 3_600_000 } },
        delivered: { age: 86_400_000, count: 1_000_000 },
        async handle({ payload }) {
          handle(endpoint, payload.text ?? payload.json);
          return delivered;
        },
        unreadable: ({ fault }) => Promise.reject(new Error(fault)),
        onError: (error) => console.error(error.message),
        onStalled() {},
      }),
    );
    return async () => {
      await Promise.all(lanes.map((lane) => lane.close(1_000)));
      loop.close();
      consumer.disconnect();
    };
  },
  // The least that a Worker did for each delivery: its body was read by a command of its own, and was not even inflated.
  async worker(prefix, endpoints, handle) {
    const consumer = await open('consumer');
    const workers = endpoints.map(
      (endpoint) =>
        new Worker(
          `{${endpoint}}`,
          async ({ data }) => {
            handle(endpoint, await consumer.getBuffer(`${prefix}:{~bodies}:${data.b}`));
            return { settled: 'delivered' };
          },
          {
            ...{ connection: consumer, prefix, concurrency: 16, lockDuration: 5_000, stalledInterval: 5_000 },
            removeOnComplete: { age: 86_400, count: 1_000_000 },
          },
        ),
    );
    for (const worker of workers) worker.on('error', (error) => console.error(error.message));
    await Promise.all(workers.map((worker) => worker.waitUntilReady()));
    return async () => {
      await Promise.all(workers.map((worker) => worker.close(true)));
      consumer.disconnect();
    };
  },
};

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const percentile = (values, share) =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)];
let run = 0;

async function fill(prefix, endpoints, count) {
  const producer = createProducer(client, prefix);
  for (let at = 0; at < count; at += 500) {
    const part = Array.from({ length: Math.min(500, count - at) }, (_, n) =>
      aDelivery(endpoints[(at + n) % endpoints.length]),
    );
    await producer.enqueue(part);
  }
  await producer.close();
}

async function throughput(way, endpointCount) {
  await client.flushall();
  const prefix = `bench${run++}`;
  const endpoints = Array.from({ length: endpointCount }, (_, n) => `endpoint-${n}`);
  await fill(prefix, endpoints, COUNT);
  let done = 0;
  const before = await cpu();
  const started = performance.now();
  const close = await WAYS[way](prefix, endpoints, () => void done++);
  while (done < COUNT) await pause(5);
  const seconds = (performance.now() - started) / 1_000;
  const after = await cpu();
  await close();
  const us = (of) => ((after[of] - before[of]) / COUNT) * 1e6;
  return { rate: COUNT / seconds, ours: us('ours'), redis: us('redis') };
}

async function quiet(way, isBusy) {
  await client.flushall();
  const prefix = `bench${run++}`;
  const endpoints = Array.from({ length: 50 }, (_, n) => `quiet-${n}`);
  if (isBusy) await fill(prefix, ['busy'], 4 * COUNT);
  let busy = 0;
  const addedAt = new Map();
  const waits = [];
  const close = await WAYS[way](prefix, isBusy ? [...endpoints, 'busy'] : endpoints, (endpoint) => {
    if (endpoint === 'busy') busy++;
    else waits.push(performance.now() - addedAt.get(endpoint));
  });
  const producer = createProducer(client, prefix);
  while (isBusy && busy === 0) await pause(5);
  for (const [n, endpoint] of endpoints.entries()) {
    if (isBusy && busy >= 4 * COUNT) break;
    addedAt.set(endpoint, performance.now());
    await producer.enqueue([aDelivery(endpoint)]);
    while (waits.length <= n) await pause(1);
  }
  await producer.close();
  await close();
  return waits;
}

async function atRest(way) {
  await client.flushall();
  const prefix = `bench${run++}`;
  const endpoints = Array.from({ length: IDLE }, (_, n) => `endpoint-${n}`);
  const connections = await info('connected_clients');
  const close = await WAYS[way](prefix, endpoints, () => {});
  await pause(3_000);
  const [commands, before] = [await info('total_commands_processed'), await cpu()];
  await pause(10_000);
  const after = await cpu();
  const row = {
    connections: (await info('connected_clients')) - connections,
    'commands/s': Math.round(((await info('total_commands_processed')) - commands) / 10),
    'CPU of ours, %': ((after.ours - before.ours) * 10).toFixed(1),
    'CPU of Redis, %': ((after.redis - before.redis) * 10).toFixed(1),
  };
  await close();
  return row;
}

const rates = [];
for (const endpoints of [1, 10, 100]) {
  const results = { loop: [], worker: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const way of ['worker', 'loop']) results[way].push(await throughput(way, endpoints));
  }
  const of = (way, what) => median(results[way].map((one) => one[what]));
  rates.push({
    endpoints,
    'loop/s': Math.round(of('loop', 'rate')),
    'Workers/s': Math.round(of('worker', 'rate')),
    ratio: (of('loop', 'rate') / of('worker', 'rate')).toFixed(2),
    'µs of ours + Redis': `${Math.round(of('loop', 'ours'))} + ${Math.round(of('loop', 'redis'))}`,
    'with Workers': `${Math.round(of('worker', 'ours'))} + ${Math.round(of('worker', 'redis'))}`,
  });
}
console.table(rates);

const waits = [];
for (const way of ['worker', 'loop']) {
  const [empty, busy] = [await quiet(way, false), await quiet(way, true)];
  waits.push({
    way,
    'empty p50 ms': percentile(empty, 0.5).toFixed(1),
    'busy p50 ms': percentile(busy, 0.5).toFixed(1),
    'empty max ms': percentile(empty, 1).toFixed(1),
    'busy max ms': percentile(busy, 1).toFixed(1),
    'ratio of p50': (percentile(busy, 0.5) / percentile(empty, 0.5)).toFixed(1),
    seen: busy.length,
  });
}
console.table(waits);
console.table({ Workers: await atRest('worker'), loop: await atRest('loop') });

client.disconnect();
redis.kill();
await new Promise((resolve) => redis.once('exit', resolve));
rmSync(folder, { recursive: true });
process.exit();
