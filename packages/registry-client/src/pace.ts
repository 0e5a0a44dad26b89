/**
 * Rate limiting by the registry. A response to one request applies to all: 429, and 503 with `Retry-After`, pause
 * the registry, and Docker Hub's count of manifest requests is not used up to the end.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { notBeforeOf } from '@longshore/event';
import { RegistryError } from './error.js';
import type { RateLimit } from './port.js';

/** Milliseconds, when a 429 does not say how long. */
const DEFAULT_PAUSE_MS = 60_000;
/** Milliseconds after the first 429 that asks for no time at all; twice as long after each further one. */
const SHORTEST_PAUSE_MS = 1_000;
/** Milliseconds: the longest window in use (Docker Hub's), whatever `Retry-After` says. */
export const LONGEST_PAUSE_MS = 6 * 3_600_000;

/** Of one registry. */
export class Pace {
  readonly #now: () => number;
  readonly #reserve: number;
  #pausedUntil = 0;
  /** Of manifest requests alone: the others are not counted. */
  #manifestsPausedUntil = 0;
  /** Pauses since the last answer that asked for none. */
  #pauses = 0;
  #limit: number | undefined;
  #remaining: number | undefined;

  constructor({ now, reserve }: { now: () => number; reserve: number }) {
    this.#now = now;
    this.#reserve = reserve;
  }

  get rateLimit(): RateLimit {
    return {
      ...(this.#limit !== undefined && { limit: this.#limit }),
      ...(this.#remaining !== undefined && { remaining: this.#remaining }),
      ...(this.#pausedUntil > this.#now() && { pausedUntil: this.#pausedUntil }),
    };
  }

  /** Throws `rate_limited` while the registry is paused. `counted`: a GET of a manifest. */
  check(place: string, counted: boolean): void {
    const until = Math.max(this.#pausedUntil, counted ? this.#manifestsPausedUntil : 0);
    if (until > this.#now()) throw limited(place, 'paused by the registry', until);
  }

  /** Learns from an answer of the registry itself. Throws `rate_limited` when it asks for time. */
  learn(place: string, status: number, headers: IncomingHttpHeaders): void {
    const now = this.#now();
    const asked = askedFor(headers['retry-after'], now);
    if (status !== 429 && !(status === 503 && asked !== undefined && asked > now)) {
      if (this.#pausedUntil <= now) this.#pauses = 0;
      return;
    }
    const shortest = Math.min(SHORTEST_PAUSE_MS * 2 ** this.#pauses, DEFAULT_PAUSE_MS);
    if (this.#pausedUntil <= now) this.#pauses++;
    const until = Math.min(Math.max(asked ?? now + DEFAULT_PAUSE_MS, now + shortest), now + LONGEST_PAUSE_MS);
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
    throw limited(place, `answered ${status}`, until, status);
  }

  /** Of the answer to a GET of a manifest: `ratelimit-remaining: 76;w=21600` (docs.docker.com, "pull usage"). */
  count(headers: IncomingHttpHeaders): void {
    const limit = counted(headers['ratelimit-limit']);
    const remaining = counted(headers['ratelimit-remaining']);
    if (remaining === undefined) return;
    this.#limit = limit?.count;
    this.#remaining = remaining.count;
    if (remaining.count > this.#reserve) return;
    // the start of the window is not reported; this is the time in which one request comes free on average
    const window = remaining.window ?? limit?.window ?? 0;
    const wait = Math.max(DEFAULT_PAUSE_MS, (window * 1000) / Math.max(limit?.count ?? 1, 1));
    this.#manifestsPausedUntil = this.#now() + Math.min(wait, LONGEST_PAUSE_MS);
  }
}

/** Epoch milliseconds; `now` for `0` and for a date that is over. Undefined for what is absent or cannot be read. */
function askedFor(header: string | undefined, now: number): number | undefined {
  const until = notBeforeOf(header, now);
  if (until !== undefined) return until;
  const isOver = /^\s*0+(\.0*)?\s*$/.test(header ?? '') || notBeforeOf(header, 0) !== undefined;
  return isOver ? now : undefined;
}

function limited(place: string, what: string, until: number, status?: number): RegistryError {
  const details = { notBefore: until, ...(status !== undefined && { status }) };
  return new RegistryError(
    'rate_limited',
    `${place}: ${what}, until ${new Date(until).toISOString()}`,
    details,
  );
}

/** `window` in seconds. */
function counted(header: string | string[] | undefined): { count: number; window?: number } | undefined {
  const [, count, window] = /^\s*(\d+)(?:\s*;\s*w=(\d+))?/.exec(String(header ?? '')) ?? [];
  if (count === undefined) return undefined;
  return { count: Number(count), ...(window !== undefined && { window: Number(window) }) };
}
