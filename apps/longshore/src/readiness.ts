/**
 * The word `ready` in the log: the process serves and Redis can be used. A process that serves while Redis cannot be
 * used says that instead, and `ready` once it can.
 */
import type { Observer } from '@longshore/observe';
import { type RedisHealth, troubleIn } from '@longshore/queue';

/** Writes each of the two lines at most once. */
export interface Readiness {
  /** The listeners are open. @param fields of the line */
  serving(fields: Record<string, unknown>): void;
  /** Redis was looked at. */
  seen(health: RedisHealth): void;
  /** From now on nothing is written. */
  stop(): void;
}

/** @param health asked for when the process begins to serve */
export function announceReadiness({ log }: Observer, health: () => RedisHealth): Readiness {
  let waiting: Record<string, unknown> | undefined;
  const seen = (now: RedisHealth): void => {
    if (!waiting || troubleIn(now)) return;
    log.info(waiting, 'ready');
    waiting = undefined;
  };
  return {
    serving(fields) {
      const missing = troubleIn(health());
      if (missing) log.warn({ ...fields, missing }, 'serving, Redis unavailable');
      waiting = fields;
      seen(health());
    },
    seen,
    stop() {
      waiting = undefined;
    },
  };
}
