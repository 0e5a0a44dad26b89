/** Notices connections that are open and give no answer, and opens them again. */
import { isReady, masters, type RedisClient } from '../connection.js';
import type { Wakes } from './wake.js';

/** An answer that takes longer is not coming: Redis' own limit for a script is 5 s. */
const STUCK_AFTER_MS = 15_000;
/** Between two questions on the connection of the subscription. */
const CHECK_WAKES_MS = 5_000;

/** See the header. */
export interface Watchdog {
  /** The agenda was asked for, or has answered. */
  asked(): void;
  answered(): void;
  sinceAnswerSeconds(): number;
  /** To be called about once a second. */
  look(): void;
}

/** @param stuckAfterMs for tests */
export function createWatchdog(
  client: RedisClient,
  wakes: Pick<Wakes, 'check' | 'missingSince' | 'reopen'>,
  onStuck: (seconds: number) => void,
  stuckAfterMs = STUCK_AFTER_MS,
): Watchdog {
  const now = (): number => performance.now();
  let answeredAt = now();
  let askedAt: number | undefined;
  let checkedAt = now();
  /** Since when the connection is ready and an answer is missing. */
  let silentSince: number | undefined;

  const report = (since: number): void => onStuck(Math.round((now() - since) / 1_000));
  return {
    asked() {
      askedAt = now();
    },
    answered() {
      askedAt = undefined;
      answeredAt = now();
    },
    sinceAnswerSeconds: () => (now() - answeredAt) / 1_000,
    look() {
      if (askedAt === undefined || !isReady(client)) silentSince = undefined;
      else silentSince ??= Math.max(askedAt, now() - 1_000);
      if (silentSince !== undefined && now() - silentSince >= stuckAfterMs) {
        report(silentSince);
        silentSince = undefined;
        for (const { stream } of masters(client)) stream?.destroy();
      }
      const missing = wakes.missingSince();
      if (missing !== undefined && now() - missing >= stuckAfterMs) {
        report(missing);
        wakes.reopen();
      }
      if (now() - checkedAt < CHECK_WAKES_MS) return;
      checkedAt = now();
      wakes.check();
    },
  };
}
