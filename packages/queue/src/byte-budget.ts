/**
 * Bounds what is sent to Redis on one connection and not answered yet. Without it many large requests at once would be
 * written out faster than Redis reads them: their commands would run into their time-out although Redis works, and the
 * process would hold all of their text.
 */
import type { RedisClient } from './connection.js';
import { PART_BYTES } from './parts.js';

/** A bound on bytes under way. */
export interface ByteBudget {
  /**
   * Runs `send` when its bytes fit, first come, first served. More than the whole budget runs alone.
   * Rejects as `send` does, and with an `Error` when there was no room in time.
   */
  run<T>(bytes: number, send: () => Promise<T>): Promise<T>;
}

interface Waiting {
  bytes: number;
  start(): void;
  giveUp(error: Error): void;
}

const BUDGET_BYTES = 2 * PART_BYTES;
/** As long as a command may take. */
const WAIT_MS = 4_000;

/** The message of ioredis. */
const TIMED_OUT = 'Command timed out';

const budgets = new WeakMap<RedisClient, ByteBudget>();

/** The budget of a client, shared by all that add through it. */
export function byteBudget(client: RedisClient): ByteBudget {
  const known = budgets.get(client) ?? createByteBudget();
  budgets.set(client, known);
  return known;
}

/** @param limit in bytes @param waitMs milliseconds to wait for room */
export function createByteBudget(limit = BUDGET_BYTES, waitMs = WAIT_MS): ByteBudget {
  let used = 0;
  const waiting: Waiting[] = [];
  const fits = (bytes: number): boolean => used === 0 || used + bytes <= limit;

  const room = (bytes: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const entry: Waiting = {
        bytes,
        start() {
          clearTimeout(timer);
          used += bytes;
          resolve();
        },
        giveUp(error) {
          clearTimeout(timer);
          reject(error);
        },
      };
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(entry), 1);
        reject(new Error(TIMED_OUT)); // it would have, had it been sent
      }, waitMs);
      waiting.push(entry);
    });

  const release = (bytes: number): void => {
    used -= bytes;
    for (let next = waiting[0]; next && fits(next.bytes); next = waiting[0]) {
      waiting.shift();
      next.start();
    }
  };

  return {
    async run(bytes, send) {
      if (waiting.length === 0 && fits(bytes)) used += bytes;
      else await room(bytes);
      try {
        return await send();
      } catch (error) {
        // Redis hangs: those that wait have waited as long, and would each wait for another time-out.
        if (error instanceof Error && error.message === TIMED_OUT) {
          for (const entry of waiting.splice(0)) entry.giveUp(error);
        }
        throw error;
      } finally {
        release(bytes);
      }
    },
  };
}
