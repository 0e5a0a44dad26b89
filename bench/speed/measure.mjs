/** What the scenarios measure with: CPU, Redis, and waiting until the sink has everything. */
import { setTimeout as pause } from 'node:timers/promises';
import { findEmbeddedRedis, redisCommand } from '@longshore/embedded/redis';
import { cpuBy, load } from '../processes.mjs';

export const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
export const us = (seconds, count) => Math.round((seconds / count) * 1e6);
/** Two digits of a ratio. */
export const ratio = (one, other) => Number((one / other).toFixed(2));
export const rounded = (ms) => Number(ms?.toFixed(1));

/**
 * So many rounds after a warm-up, which counts only when it is all there is.
 * @param run of one round
 */
export async function repeated(rounds, run) {
  const runs = [];
  for (let round = 0; round <= rounds; round++) runs.push(await run(round));
  return rounds > 0 ? runs.slice(1) : runs;
}

/** The Redis that a relay has embedded. */
export async function redisOf({ folder }) {
  const socket = await findEmbeddedRedis(folder);
  const command = (...args) => redisCommand(socket, args, { timeout: 60_000 });
  const info = async (name) =>
    Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(await command('INFO', 'all'))?.[1]);
  return { command, info };
}

/** Seconds of CPU that processes used while `run` ran, of which Redis; and how long that was. */
export async function used(children, run) {
  const sum = async () => {
    const all = await Promise.all(children.map(({ child }) => cpuBy(child.pid)));
    return all.reduce((a, b) => ({ ours: a.ours + b.ours, redis: a.redis + b.redis }));
  };
  const [before, started] = [await sum(), performance.now()];
  const result = await run();
  const seconds = (performance.now() - started) / 1_000;
  const after = await sum();
  const [ours, redis] = [after.ours - before.ours, after.redis - before.redis];
  return { result, seconds, ours, redis, cpu: ours + redis };
}

/** Posts, and refuses a run in which something was not taken. */
export async function post(...args) {
  const posted = await load(...args);
  if (Object.keys(posted.failures).length > 0) throw new Error(`refused: ${JSON.stringify(posted.failures)}`);
  return posted;
}

/** Resolves when the sink has so many different deliveries. Duplicates and losses show in what it returns. */
export async function untilDelivered(sink, count) {
  while ((await sink.state()).unique < count) await pause(20);
  return sink.forget();
}

/** So many endpoints of a sink. */
export const endpointsOf = (count, url, more = {}) =>
  Array.from({ length: count }, (_, n) => ({
    name: `endpoint-${n}`,
    url: `${url}/endpoint-${n}`,
    ...{ concurrency: 16, timeout: '10s' },
    ...more,
  }));
