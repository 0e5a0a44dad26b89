/**
 * Which worker process of a deployment leads: the one that holds a lease in Redis. It alone applies retention, trims
 * a Redis that fills up, records notes and looks for alerts. At rest a process that does not lead costs one command
 * every three seconds.
 *
 * A lease cannot be perfect: a process can be stopped for a minute between two lines of code. So a leader asks Redis
 * before each step ({@link Leader.confirm}), an answer that took longer than the lease counts as a no, and each step
 * must be safe when two processes take it at the same time.
 */
import { randomUUID } from 'node:crypto';
import { ignore } from '@longshore/event';
import { isReady, type RedisClient } from './connection.js';
import { storeKey } from './names.js';
import { runScript, script } from './script.js';

/** This process's part in the election. */
export interface Leader {
  /** What the lease holds while this process leads. */
  readonly token: string;
  /**
   * Asks Redis and renews the lease; to be called before each step that only the leader takes. Answers false without
   * a command while this process does not lead. Rejects with Redis' error.
   */
  confirm(): Promise<boolean>;
  /** Whether the last answer still holds. No command; to be asked again in a loop that waits for nothing. */
  leads(): boolean;
  /** Gives the lease up, so that another process takes it at its next attempt. Never rejects. */
  close(): Promise<void>;
}

/** For tests. */
export interface LeaderOptions {
  /** Until another process may lead when this one has crashed. */
  leaseMs?: number;
  /** Between two attempts to lead, and between two renewals while nothing else renews. */
  attemptIntervalMs?: number;
}

/** With the interval: a leader that crashed is replaced within 13 s. */
const LEASE_MS = 10_000;
const ATTEMPT_INTERVAL_MS = 3_000;

/**
 * The key of the lease. Its name is that of the lease for alerts in earlier versions: while both versions run, no
 * alert is sent by both.
 */
export const leaseKey = (prefix: string): string => storeKey(prefix, 'alerts', 'lease');

/** KEYS[1] the lease; ARGV token, ms. Returns 1 when the lease is ours, for so many ms more. */
const RENEW = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`);

/** KEYS[1] the lease; ARGV token. */
const RELEASE = script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`);

/** Takes part from now on, until it is closed. Shares the client, which is the caller’s to close. */
export function createLeader(client: RedisClient, prefix: string, options: LeaderOptions = {}): Leader {
  const { leaseMs = LEASE_MS, attemptIntervalMs = ATTEMPT_INTERVAL_MS } = options;
  const token = randomUUID();
  const lease = leaseKey(prefix);
  /** When the lease was asked for that Redis then granted. */
  let granted: Moment | undefined;
  let closed = false;

  const leads = (): boolean => !closed && granted !== undefined && elapsedMs(granted) < leaseMs;

  const confirm = async (): Promise<boolean> => {
    if (!leads()) return false;
    const asked = moment();
    const ours = (await runScript(client, RENEW, [lease], [token, leaseMs])) === 1;
    granted = ours ? asked : undefined;
    return leads();
  };

  const attempt = async (): Promise<void> => {
    if (!isReady(client)) return;
    if (granted && leads()) {
      if (elapsedMs(granted) >= attemptIntervalMs) await confirm();
      return;
    }
    const asked = moment();
    if ((await client.set(lease, token, 'PX', leaseMs, 'NX')) === 'OK') granted = asked;
  };

  let attempting: Promise<void> | undefined;
  const turn = (): void => {
    attempting ??= attempt()
      .catch(ignore('queue.leader')) // Redis is unavailable: the next attempt asks again
      .finally(() => {
        attempting = undefined;
      });
  };
  const timer = setInterval(turn, attemptIntervalMs).unref();
  turn();

  return {
    token,
    confirm,
    leads,
    async close() {
      clearInterval(timer);
      await attempting;
      closed = true;
      if (!isReady(client)) return;
      await runScript(client, RELEASE, [lease], [token]).catch(ignore('queue.leader')); // it expires
    },
  };
}

/** One moment on both clocks: the first stands still while the machine sleeps, the second can be set back. */
interface Moment {
  monotonic: number;
  wall: number;
}

const moment = (): Moment => ({ monotonic: performance.now(), wall: Date.now() });

const elapsedMs = ({ monotonic, wall }: Moment): number =>
  Math.max(performance.now() - monotonic, Date.now() - wall);
