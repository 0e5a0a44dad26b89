/** What is waiting and what is idle. */
import { setTimeout as pause } from 'node:timers/promises';
import { cpuBy, startLongshore, stopAll } from '../processes.mjs';
import { startRelay } from './delivery.mjs';
import { endpointsOf, post, redisOf, rounded, used } from './measure.mjs';

const NOWHERE = 'http://127.0.0.1:9';
const MIB = 1_048_576;

const WAITING = [
  [1, 1_100],
  [10, 700],
];

/** Bytes of Redis for a delivery that waits. */
export async function memory({ events, setups }) {
  const rows = [];
  for (const [count, wanted] of WAITING.slice(0, setups)) {
    const endpoints = endpointsOf(count, NOWHERE, { paused: true });
    const relay = await startLongshore({ notifications: { endpoints } }, ['ingest']);
    const redis = await redisOf(relay);
    // Queues and scripts are there.
    await post(relay.ingest, 1, 1, 'keep');
    const before = await redis.info('used_memory');
    await post(relay.ingest, events, 64, 'keep');
    const bytes = ((await redis.info('used_memory')) - before) / (events * count);
    rows.push({ figure: `waiting, ${count} endpoint(s)`, 'bytes/delivery': Math.round(bytes), wanted });
    await stopAll();
    await relay.cleanUp();
  }
  return rows;
}

/** Endpoints with nothing to do. */
export async function idle({ idle: count, seconds }) {
  const started = performance.now();
  const relay = await startRelay(endpointsOf(count, NOWHERE));
  const start = (performance.now() - started) / 1_000;
  const redis = await redisOf(relay);
  await pause(Math.min(seconds, 10) * 1_000);
  const commands = await redis.info('total_commands_processed');
  const run = await used(relay.all, () => pause(seconds * 1_000));
  const row = {
    figure: `${count} idle endpoints`,
    'start s': rounded(start),
    connections: await redis.info('connected_clients'),
    'commands/s': Math.round(((await redis.info('total_commands_processed')) - commands) / run.seconds),
    'cores, ours + Redis': `${(run.ours / run.seconds).toFixed(3)} + ${(run.redis / run.seconds).toFixed(3)}`,
    'RSS MiB': Math.round((await cpuBy(relay.child.pid)).resident / MIB),
    wanted: '≤ 3 s, ≤ 20, ≤ 100, ≤ 0.02, ≤ 250',
  };
  await stopAll();
  await relay.cleanUp();
  return [row];
}
