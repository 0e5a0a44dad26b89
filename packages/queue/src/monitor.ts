/**
 * Looks at Redis once a second: is it there, how full is it, could it lose something. Ingest asks before it
 * takes a request, `/readyz` shows it, the janitor trims by it. Reads only; a look that hangs counts as away.
 * Between two looks it counts what is let in, so that a burst of large requests cannot overrun the limit.
 */
import { LongshoreError } from '@longshore/event';
import type { Redis } from 'ioredis';
import { isReady, masters, type RedisClient } from './connection.js';
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
  /** Why this Redis could lose events: an eviction policy. Ingest refuses then. */
  unsafe?: string;
  /** What should be mended, one line each: no append-only file, no maxmemory. */
  warnings: string[];
}

/** The last look, and what follows from it for ingest. */
export interface Monitor {
  readonly health: RedisHealth;
  /** Looks now. Never rejects. */
  check(): Promise<RedisHealth>;
  /** Resolves when Redis has answered, or after `ms`; with whether it has. */
  firstAnswer(ms: number): Promise<boolean>;
  /**
   * Asks whether so many bytes may be added now, and counts them as added until the next look.
   * @throws LongshoreError QUEUE_FULL or QUEUE_UNSAFE when they may not
   */
  assertTakes(bytes: number): void;
  /** Whether so many bytes could be added to an empty Redis. */
  fits(bytes: number): boolean;
  close(): void;
}

const EVERY = 1_000;
const LOOK_TIMEOUT = 3_000;
/** Share of maxmemory from which on room is made: delivered jobs go before their time, and the trail adds nothing. */
export const RELIEVE_FROM = 0.7;
/** Workers need memory to finish a job, so the last fifth is theirs: a full Redis never drains by itself. */
const FULL = 0.8;

/** @param onChange hears every look whose result differs from the one before. */
export function createMonitor(
  client: RedisClient,
  onChange: (health: RedisHealth, before: RedisHealth) => void,
): Monitor {
  let health: RedisHealth = AWAY;
  let looking: Promise<RedisHealth> | undefined;
  /** What was let in since the last look; a look that is under way may or may not have seen it. */
  let added = 0;

  const check = (): Promise<RedisHealth> => {
    if (looking) return looking;
    const seen = added;
    looking = look(client).then((next) => {
      looking = undefined;
      added -= seen;
      const before = health;
      // A look that failed knows no better than the one before how much room there is.
      const { memory, full, room, limit } = before;
      health = next.up ? next : { ...next, memory, full, room, limit };
      if (differs(before, health)) onChange(health, before);
      return health;
    });
    return looking;
  };
  const timer = setInterval(check, EVERY);
  const answered = new Promise<true>((resolve) => {
    client.once('ready', () => check().then(() => resolve(true)));
  });
  const onReady = (): void => void check();
  client.on('ready', onReady);
  void check();

  return {
    get health() {
      return health;
    },
    check,
    async firstAnswer(ms) {
      if ((await check()).up) return true;
      return (await within(answered, ms)) ?? false;
    },
    assertTakes(bytes) {
      const { unsafe, memory, room } = health;
      // Whether Redis is away is left to the write itself: `health` may be a second old.
      if (unsafe) throw new LongshoreError('QUEUE_UNSAFE', unsafe);
      if (added + bytes > room) throw full(memory);
      added += bytes;
    },
    fits: (bytes) => bytes <= FULL * health.limit,
    close() {
      clearInterval(timer);
      client.off('ready', onReady);
    },
  };
}

const AWAY: RedisHealth = {
  up: false,
  memory: 0,
  full: false,
  room: Number.POSITIVE_INFINITY,
  limit: Number.POSITIVE_INFINITY,
  warnings: [],
};

function full(memory: number): LongshoreError {
  const percent = Math.round(memory * 100);
  return new LongshoreError(
    'QUEUE_FULL',
    `Redis is at ${percent} % of its maxmemory and has no room for this; send the same request again when workers have drained`,
  );
}

function differs(a: RedisHealth, b: RedisHealth): boolean {
  const key = ({ up, full: isFull, unsafe, warnings }: RedisHealth) =>
    JSON.stringify([up, isFull, unsafe, warnings]);
  return key(a) !== key(b);
}

async function look(client: RedisClient): Promise<RedisHealth> {
  if (!isReady(client)) return AWAY;
  try {
    const infos = await within(Promise.all(masters(client).map(readInfo)), LOOK_TIMEOUT);
    return infos?.length ? combine(infos) : AWAY;
  } catch {
    return AWAY;
  }
}

type Info = Map<string, string>;

async function readInfo(node: Redis): Promise<Info> {
  const text = await node.info();
  const lines = text.split('\r\n').filter((line) => line.includes(':'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

const number = (info: Info, field: string): number => Number(info.get(field) ?? 0);

const used = (info: Info): number => number(info, 'used_memory');
const limitOf = (info: Info): number => number(info, 'maxmemory') || Number.POSITIVE_INFINITY;

function combine(infos: readonly Info[]): RedisHealth {
  const evicting = infos.find(
    (info) => number(info, 'maxmemory') > 0 && /^allkeys/.test(info.get('maxmemory_policy') ?? ''),
  );
  const failing = infos.some((info) => info.get('aof_last_write_status') === 'err');
  const warnings: string[] = [];
  const volatile = infos.find(
    (info) => number(info, 'maxmemory') > 0 && /^volatile/.test(info.get('maxmemory_policy') ?? ''),
  );
  if (volatile) {
    warnings.push(
      `Redis may evict the locks of deliveries in flight (maxmemory-policy ${volatile.get('maxmemory_policy')}), which then run twice; set \`maxmemory-policy noeviction\``,
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
  const memory = Math.max(...infos.map((info) => used(info) / limitOf(info)));
  return {
    up: true,
    memory,
    full: memory >= FULL,
    limit: Math.min(...infos.map(limitOf)),
    room: Math.min(...infos.map((info) => FULL * limitOf(info) - used(info))),
    ...(failing && {
      unsafe:
        'Redis cannot write its append-only file and refuses writes; look at its disk and its log (it recovers by itself)',
    }),
    ...(evicting && {
      unsafe: `Redis may evict deliveries to make room (maxmemory-policy ${evicting.get('maxmemory_policy')}); set \`maxmemory-policy noeviction\``,
    }),
    warnings,
  };
}
