/**
 * Looks at Redis once a second: is it there, does it take writes, how full is it, could it lose something. Ingest
 * asks before it takes a request, `/readyz` shows it, relief trims by it. A look that hangs counts as away.
 * Between two looks it counts what is let in, so that a burst of large requests cannot overrun the limit.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { LongshoreError } from '@longshore/event';
import type { RedisClient } from './connection.js';
import { AWAY, FULL, lookAt, type RedisHealth } from './redis-look.js';
import { outsideOf, type Trouble, troubleOf } from './trouble.js';

export type { RedisHealth } from './redis-look.js';

/** The last look, and what follows from it for ingest. */
export interface Monitor {
  readonly health: RedisHealth;
  /** Looks now. Never rejects. */
  check(): Promise<RedisHealth>;
  /** Resolves when Redis has answered, or after `ms`; with whether it has. */
  firstAnswer(ms: number): Promise<boolean>;
  /**
   * Asks whether so many bytes may be added now, and counts them as added until the next look.
   * @throws LongshoreError QUEUE_FULL, QUEUE_UNSAFE or QUEUE_UNAVAILABLE when they may not
   */
  assertTakes(bytes: number): void;
  /** Whether so many bytes could be added to an empty Redis. */
  fits(bytes: number): boolean;
  /** An error of a command, from a part that uses Redis: {@link health} shows it for a while if it is Redis' fault. */
  noteError(error: unknown): void;
  close(): void;
}

const LOOK_INTERVAL_MS = 1_000;
const POLL_MS = 20;
/** What keeps failing is noted again within this time, since workers try again at least every 5 s. */
const NOTED_FOR_MS = 7_000;
/** Share of maxmemory from which on room is made: delivered jobs go before their time, and the trail adds nothing. */
export const RELIEVE_FROM = 0.7;

/**
 * @param onChange hears every look whose result differs from the one before
 * @param prefix of the keys that are written
 * @param replicas how many `redis.wait` asks for; asked for at each look
 */
export function createMonitor(
  client: RedisClient,
  onChange: (health: RedisHealth, before: RedisHealth) => void,
  prefix = 'longshore',
  replicas: () => number = () => 0,
): Monitor {
  let health: RedisHealth = AWAY;
  let looking: Promise<RedisHealth> | undefined;
  /** Cause of the last trouble that a look found by itself. */
  let probed: string | undefined;
  let noted: { trouble: Trouble; at: number } | undefined;
  /** What was let in since the last look; a look that is under way may or may not have seen it. */
  let added = 0;

  const withNoted = (seen: RedisHealth): RedisHealth => {
    if (seen.trouble) probed = seen.trouble.cause;
    // A look that has found the same and no longer does knows better.
    else if (noted?.trouble.cause === probed) noted = undefined;
    if (seen.trouble || !noted || Date.now() - noted.at > NOTED_FOR_MS) return seen;
    return { ...seen, trouble: noted.trouble };
  };

  const check = (): Promise<RedisHealth> => {
    if (looking) return looking;
    const seen = added;
    looking = lookAt(client, prefix, replicas()).then((next) => {
      looking = undefined;
      added -= seen;
      const before = health;
      // A look that failed knows no better than the one before how much room there is.
      const { memory, full, room, limit } = before;
      // A replica is connected to again and again, in case its name leads to the primary by now.
      const up = before.up && next.trouble?.cause === 'replica';
      health = withNoted(next.up ? next : { ...next, up, memory, full, room, limit });
      if (differs(before, health)) onChange(health, before);
      return health;
    });
    return looking;
  };
  const timer = setInterval(check, LOOK_INTERVAL_MS);
  const onReady = (): void => void check();
  client.on('ready', onReady);
  void check();

  return {
    get health() {
      return health;
    },
    check,
    async firstAnswer(ms) {
      const until = Date.now() + ms;
      // A client that connects meanwhile is looked at by `onReady`.
      for (await check(); !health.up && Date.now() < until; ) await pause(POLL_MS);
      return health.up;
    },
    assertTakes(bytes) {
      const { unsafe, memory, room, trouble } = health;
      // Whether Redis is unavailable is left to the write itself: `health` may be a second old.
      if (unsafe) throw refuse('QUEUE_UNSAFE', unsafe);
      // Without INFO it is not known how full it is, and BullMQ opens no queue.
      if (trouble?.cause === 'info') throw refuse(trouble.code, trouble.message);
      if (added + bytes > room) throw full(memory);
      added += bytes;
    },
    fits: (bytes) => bytes <= FULL * health.limit,
    noteError(error) {
      const trouble = troubleOf(error, client);
      // One slow write says little about the next; a Redis that hangs is found by the next look.
      if (trouble && trouble.cause !== 'slow') noted = { trouble, at: Date.now() };
    },
    close() {
      clearInterval(timer);
      client.off('ready', onReady);
    },
  };
}

/** What keeps Redis from being used, one line; undefined when it can be. */
export const troubleIn = ({ unsafe, trouble }: RedisHealth): string | undefined => unsafe ?? trouble?.message;

const refuse = (code: Trouble['code'], message: string): LongshoreError =>
  new LongshoreError(code, message, { outside: outsideOf(message) });

function full(memory: number): LongshoreError {
  const percent = Math.round(memory * 100);
  return new LongshoreError(
    'QUEUE_FULL',
    `Redis is at ${percent} % of its maxmemory and has no room for this; send the same request again when workers have drained`,
  );
}

function differs(a: RedisHealth, b: RedisHealth): boolean {
  const key = ({ up, full: isFull, unsafe, trouble, warnings }: RedisHealth) =>
    // Without numbers: the free space in a message changes from look to look.
    JSON.stringify([up, isFull, unsafe?.replace(/\d/g, ''), trouble?.cause, warnings]);
  return key(a) !== key(b);
}
