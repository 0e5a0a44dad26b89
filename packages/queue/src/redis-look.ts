/** One look at Redis: INFO of each master, and a write that changes nothing. */
import type { Redis } from 'ioredis';
import { factsOf, isReady, masters, type RedisClient, whyNotReady } from './connection.js';
import { storeKey } from './names.js';
import { runScript, script } from './script.js';
import { diskTrouble, type Trouble, troubleOf } from './trouble.js';
import { within } from './within.js';

/** Redis as the last look found it. */
export interface RedisHealth {
  up: boolean;
  /** Used share of maxmemory, 0 … 1, of the fullest master; 0 without a maxmemory. */
  memory: number;
  /** From 80 % on: ingest takes nothing, so that workers have room to finish. */
  full: boolean;
  /** Bytes that ingest may still add to that master before it is {@link FULL}; infinite without a maxmemory. */
  room: number;
  /** maxmemory of the smallest master in bytes; infinite without one. */
  limit: number;
  /** Why this Redis could lose events: an eviction policy, or a disk that cannot be written. Ingest refuses then. */
  unsafe?: string;
  /** Why Redis cannot be used: no connection, or a write or INFO that it refuses. */
  trouble?: Trouble;
  /** What an operator should correct, one line each: no append-only file, no maxmemory. */
  warnings: string[];
}

const LOOK_TIMEOUT_MS = 3_000;
/** Workers need memory to finish a job, so the last fifth is theirs: a full Redis never drains by itself. */
export const FULL = 0.8;

/** Redis before the first look, and while it cannot be reached. */
export const AWAY: RedisHealth = {
  up: false,
  memory: 0,
  full: false,
  room: Number.POSITIVE_INFINITY,
  limit: Number.POSITIVE_INFINITY,
  warnings: [],
};

/**
 * Refused where a write would be (a replica, a full disk, no right to run scripts, no memory), and without any effect
 * where it is not: the key does not exist, so nothing is stored, replicated or written to the append-only file.
 */
const WRITE_NOTHING = script(`
redis.call('ZADD', KEYS[1], 'XX', 0, '')
redis.call('XADD', KEYS[1], 'NOMKSTREAM', '*', 'a', '')
return 1
`);

/** Never rejects. @param replicas how many each primary should have */
export async function lookAt(client: RedisClient, prefix: string, replicas = 0): Promise<RedisHealth> {
  if (!isReady(client)) return { ...AWAY, trouble: unreachable(client) };
  try {
    const looking = Promise.all([
      Promise.all(masters(client).map(readInfo)),
      runScript(client, WRITE_NOTHING, [storeKey(prefix, 'health', 'nothing')], []).then(
        () => undefined,
        (error: unknown) => troubleOf(error, client),
      ),
    ]);
    const answer = await within(looking, LOOK_TIMEOUT_MS);
    if (!answer || answer[0].length === 0) return { ...AWAY, trouble: unreachable(client) };
    const [infos, refused] = answer;
    const health = combine(infos, client);
    if (!refused) return withReplicas(health, infos, replicas);
    if (refused.code === 'QUEUE_UNSAFE') return { ...health, unsafe: refused.message };
    return { ...health, trouble: refused };
  } catch (error) {
    return { ...AWAY, trouble: troubleOf(error, client) ?? unreachable(client, error) };
  }
}

/** Why there is no answer, by the last connection error. */
function unreachable(client: RedisClient, error: unknown = factsOf(client).lastError?.()): Trouble {
  const known = error === undefined ? undefined : troubleOf(error, client);
  if (known) return known;
  const reason = error instanceof Error && error.message ? error.message : whyNotReady(client);
  return {
    cause: 'away',
    code: 'QUEUE_UNAVAILABLE',
    message: `Redis does not answer${reason && ` (${reason})`}; look at ${factsOf(client).setting} and at Redis itself`,
  };
}

/** Without enough replicas ingest cannot keep what `redis.wait` promises. */
function withReplicas(health: RedisHealth, infos: readonly Info[], wanted: number): RedisHealth {
  const fewest = Math.min(...infos.map(onlineReplicas));
  if (fewest >= wanted) return health;
  const message = `Redis has ${fewest} of ${wanted} replicas that redis.wait asks for; look at its replicas`;
  return { ...health, trouble: { cause: 'unconfirmed', code: 'QUEUE_UNAVAILABLE', message } };
}

/** INFO has a line for each: `slave0:ip=…,port=…,state=online,…`. */
const onlineReplicas = (info: Info): number =>
  [...info].filter(([field, value]) => /^slave\d+$/.test(field) && value.includes('state=online')).length;

type Info = Map<string, string>;

async function readInfo(node: Redis): Promise<Info> {
  const text = await node.info();
  const lines = text.split('\r\n').filter((line) => line.includes(':'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

const number = (info: Info, field: string): number => Number(info.get(field) ?? 0);

const used = (info: Info): number => number(info, 'used_memory');
const limitOf = (info: Info): number => number(info, 'maxmemory') || Number.POSITIVE_INFINITY;

function combine(infos: readonly Info[], client: RedisClient): RedisHealth {
  const evicting = policyOf(infos, /^allkeys/);
  const failing = infos.some((info) => info.get('aof_last_write_status') === 'err');
  const memory = Math.max(...infos.map((info) => used(info) / limitOf(info)));
  return {
    up: true,
    memory,
    full: memory >= FULL,
    limit: Math.min(...infos.map(limitOf)),
    room: Math.min(...infos.map((info) => FULL * limitOf(info) - used(info))),
    ...(failing && { unsafe: diskTrouble('', factsOf(client).folder) }),
    ...(evicting && {
      unsafe: `Redis may evict deliveries to make room (maxmemory-policy ${evicting}); set \`maxmemory-policy noeviction\``,
    }),
    warnings: warningsOf(infos),
  };
}

/** The first maxmemory-policy in force that matches. */
function policyOf(infos: readonly Info[], pattern: RegExp): string | undefined {
  return infos
    .filter((info) => number(info, 'maxmemory') > 0)
    .map((info) => info.get('maxmemory_policy') ?? '')
    .find((policy) => pattern.test(policy));
}

function warningsOf(infos: readonly Info[]): string[] {
  const warnings: string[] = [];
  const volatile = policyOf(infos, /^volatile/);
  if (volatile) {
    warnings.push(
      `Redis may evict the locks of deliveries in flight (maxmemory-policy ${volatile}), which then run twice; set \`maxmemory-policy noeviction\``,
    );
  }
  if (infos.some((info) => info.get('aof_enabled') === '0')) {
    warnings.push(
      'Redis keeps no append-only file: a restart of Redis loses what is queued; set `appendonly yes`',
    );
  }
  if (infos.some((info) => number(info, 'maxmemory') === 0)) {
    warnings.push(
      'Redis has no maxmemory: ingest cannot stop in time and the system may kill Redis; set `maxmemory` and `maxmemory-policy noeviction`',
    );
  }
  return warnings;
}
