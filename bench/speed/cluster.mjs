/** A Redis Cluster of three masters beside one Redis: CPU of the busiest master for a delivery. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { redisCommand } from '@longshore/embedded/redis';
import { cpuBy, startLongshore, startSink, stopAll } from '../processes.mjs';
import { endpointsOf, median, post, ratio, repeated, untilDelivered, us } from './measure.mjs';

const SLOTS = 16_384;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function startMaster(folder, isMember) {
  const [port, bus] = [await freePort(), await freePort()];
  const dir = await mkdtemp(join(folder, 'master-'));
  const options = { port, dir, save: '', appendonly: 'yes', 'maxmemory-policy': 'noeviction' };
  if (isMember) Object.assign(options, { 'cluster-enabled': 'yes', 'cluster-port': bus });
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  await until(async () => (await redisCommand(port, ['PING']).catch(() => {})) === 'PONG');
  return { child, port, bus };
}

async function until(isSo) {
  while (!(await isSo())) await pause(20);
}

/** One Redis, or so many masters that share the slots evenly. */
async function startMasters(folder, count) {
  const masters = [];
  for (let n = 0; n < count; n++) masters.push(await startMaster(folder, count > 1));
  if (count === 1) return masters;
  const [first] = masters;
  for (const [n, { port, bus }] of masters.entries()) {
    const [from, to] = [n, n + 1].map((part) => Math.round((SLOTS * part) / count));
    await redisCommand(port, ['CLUSTER', 'ADDSLOTSRANGE', String(from), String(to - 1)]);
    await redisCommand(port, ['CLUSTER', 'SET-CONFIG-EPOCH', String(n + 1)]);
    await redisCommand(first.port, ['CLUSTER', 'MEET', '127.0.0.1', String(port), String(bus)]);
  }
  for (const { port } of masters) {
    await until(async () => {
      const info = String(await redisCommand(port, ['CLUSTER', 'INFO']));
      return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${count}`);
    });
  }
  return masters;
}

/** Seconds of the busiest master for each delivery. */
async function busiest({ events, rounds }, masterCount, endpointCount) {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-bench-'));
  const masters = await startMasters(folder, masterCount);
  const urls = masters.map(({ port }) => `redis://127.0.0.1:${port}`);
  const sink = await startSink();
  const settings = {
    notifications: { endpoints: endpointsOf(endpointCount, sink.url) },
    redis: masterCount > 1 ? { cluster: urls } : { url: urls[0] },
  };
  const relay = await startLongshore(settings, ['ingest', 'worker']);
  const count = Math.ceil(events / 4);
  const cpu = () => Promise.all(masters.map(async ({ child }) => (await cpuBy(child.pid)).redis));
  const runs = await repeated(rounds, async () => {
    const before = await cpu();
    await post(relay.ingest, count, 64, 'keep');
    await untilDelivered(sink, count * endpointCount);
    const after = await cpu();
    return Math.max(...after.map((seconds, n) => seconds - before[n]));
  });
  await stopAll();
  await relay.cleanUp();
  for (const { child } of masters) child.kill('SIGKILL');
  await Promise.all(masters.map(({ child }) => child.exitCode ?? once(child, 'exit')));
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  return us(median(runs), count * endpointCount);
}

const SETUPS = [
  [12, 2.1],
  [30, 2.5],
];

/** With 30 and with 12 endpoints, whose queues are spread over the masters by their names. */
export async function cluster(scale) {
  const rows = [];
  for (const [endpoints, wanted] of SETUPS.slice(0, scale.setups)) {
    const one = await busiest(scale, 1, endpoints);
    const three = await busiest(scale, 3, endpoints);
    const figure = `3 masters against 1, ${endpoints} endpoints`;
    rows.push({ figure, ratio: ratio(one, three), wanted, 'µs of one': one, 'µs of the busiest': three });
  }
  return rows;
}
