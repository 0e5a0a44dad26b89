/**
 * Redis as an operator should know it: what one look of the monitor says, and what takes longer to see. Writes nothing.
 */
import type { Redis } from 'ioredis';
import { isCluster, masters, type RedisClient } from '../connection.js';
import { storeKey } from '../names.js';
import { lookAt, type RedisHealth } from '../redis-look.js';
import { type ServerFacts, serverFacts } from './server-facts.js';

/** See the header. */
export interface RedisFacts {
  health: RedisHealth;
  /** Each primary; none when Redis cannot be used. */
  servers: ServerFacts[];
  /** Median time of a PING, in milliseconds. */
  latencyMs: number;
  /** How far the clock of Redis is ahead of this machine's, in milliseconds; behind: negative. */
  aheadMs: number;
  /** Why the commands that workers and pages need are refused; in words of Redis. */
  refused: { command: string; why: string }[];
  /** Of a Cluster: `cluster_state`, and how many of the 16,384 slots are served. */
  cluster?: { state: string; slots: number };
}

const PINGS = 20;

/** Never rejects. @param replicas how many each primary should have */
export async function examineRedis(client: RedisClient, prefix: string, replicas = 0): Promise<RedisFacts> {
  const health = await lookAt(client, prefix, replicas);
  const none: RedisFacts = { health, servers: [], latencyMs: 0, aheadMs: 0, refused: [] };
  const [first] = masters(client);
  if (!health.up || !first) return none;
  try {
    const servers = await Promise.all(masters(client).map(serverFacts));
    const { latencyMs, aheadMs } = await timesOf(first);
    const refused = await refusals(client, prefix);
    const cluster = isCluster(client) ? { cluster: await clusterOf(first) } : {};
    return { health, servers, latencyMs, aheadMs, refused, ...cluster };
  } catch (error) {
    // What could not be seen is a row of its own; what was seen stands.
    return { ...none, refused: [{ command: 'INFO', why: wordsOf(error) }] };
  }
}

async function timesOf(node: Redis): Promise<{ latencyMs: number; aheadMs: number }> {
  const times: number[] = [];
  for (let n = 0; n < PINGS; n++) {
    const began = performance.now();
    await node.ping();
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  const sent = Date.now();
  const [seconds, micros] = await node.time();
  // The answer was made about halfway between question and answer.
  const here = (sent + Date.now()) / 2;
  const aheadMs = Number(seconds) * 1_000 + Number(micros) / 1_000 - here;
  return { latencyMs: times[PINGS / 2] ?? 0, aheadMs };
}

/** Each reads a key that does not exist. `BZPOPMIN` waits for 10 ms: a proxy that passes no blocking command refuses it. */
async function refusals(client: RedisClient, prefix: string): Promise<RedisFacts['refused']> {
  const key = storeKey(prefix, 'health', 'nothing');
  const tries: [string, () => Promise<unknown>][] = [
    ['BZPOPMIN', () => client.bzpopmin(key, 0.01)],
    ['EVAL', () => client.eval('return 1', 1, key)],
    ['CLIENT', () => client.call('CLIENT', 'ID')],
  ];
  const answers = await Promise.all(
    tries.map(async ([command, run]) => {
      const why = await run().then(() => undefined, wordsOf);
      return why === undefined ? [] : [{ command, why }];
    }),
  );
  return answers.flat();
}

async function clusterOf(node: Redis): Promise<{ state: string; slots: number }> {
  const text = String(await node.call('CLUSTER', 'INFO'));
  const field = (name: string): string =>
    text
      .split('\r\n')
      .find((line) => line.startsWith(`${name}:`))
      ?.slice(name.length + 1) ?? '';
  return { state: field('cluster_state'), slots: Number(field('cluster_slots_ok')) };
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
