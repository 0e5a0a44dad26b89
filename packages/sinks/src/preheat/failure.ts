/**
 * What an error of the registry means for a delivery: too early, too often, not now, or never. Nothing of it is
 * an attempt while the registry only asks for time.
 */
import type { Outcome, Reason } from '@longshore/event';
import { RegistryError, type RegistryErrorKind } from '@longshore/registry-client';
import type { Deferred } from '../sink.js';

/** A registry that asks for more than this is looked at again in between. */
const LONGEST_PAUSE = 3_600_000;
/** When it does not say for how long. */
const PAUSE = 60_000;
const SOONEST = 250;
const LATEST = 5_000;

const REASONS: Readonly<Partial<Record<RegistryErrorKind, Reason>>> = {
  timeout: 'timeout',
  tls: 'tls',
  network: 'unreachable',
  redirect: 'url',
  reference: 'url',
  digest: 'manifest',
  size: 'manifest',
  unsupported: 'manifest',
  limit: 'manifest',
};

/** Where the error does not say it itself. */
const NEXT_STEP: Readonly<Partial<Record<RegistryErrorKind, string>>> = {
  digest: 'look at it in the registry',
  size: 'look at it in the registry',
  unsupported: 'look at it in the registry',
  limit: 'raise preheat.limits if the image is honest',
};

interface Expected {
  /** Milliseconds since the image could be there. */
  age: number;
  /** How old it may get and still come. 0: it is there or it is not. */
  patience: number;
  /** The registry that the event names, when another one is asked: `registry.example.com`. */
  named?: string;
  now?: number;
}

/** @param error what the registry client has thrown */
export function failureOf(
  error: unknown,
  { age, patience, named, now = Date.now() }: Expected,
): Outcome | Deferred | 'aborted' {
  if (!(error instanceof RegistryError)) {
    const detail = `a fault in preheating: ${error instanceof Error ? error.message : String(error)}`;
    return { kind: 'retry', reason: 'error', detail };
  }
  const { kind, status, message, notBefore, retryable } = error;
  if (kind === 'aborted') return 'aborted';
  if (kind === 'rate_limited') return paused(notBefore ?? now + PAUSE, now);
  if (kind === 'not_found' && age < patience) {
    // Doubles the age each time: 0.25, 0.5, 1, 2, 4 s, and then every 5 s.
    const until = now + Math.min(Math.max(age, SOONEST), LATEST);
    return { kind: 'deferred', until, why: 'the registry does not have it yet' };
  }
  const step = kind === 'not_found' ? missing(patience, named) : NEXT_STEP[kind];
  const detail = step === undefined ? message : `${message}; ${step}`;
  const reason: Reason = REASONS[kind] ?? (status === undefined ? 'error' : `http_${status}`);
  return {
    kind: retryable ? 'retry' : 'dead',
    reason,
    ...(status !== undefined && { status }),
    detail,
    notBefore,
  };
}

function missing(patience: number, named: string | undefined): string {
  if (patience === 0) return 'check the name and the tag, and that this is its registry';
  const other = named === undefined ? '' : ` (the event names ${named})`;
  return `it was not there ${Math.round(patience / 1_000)} s after the event: was it deleted? Or is preheat.registry.url another registry than was pushed to${other}?`;
}

/** The registry wants to be left alone until then. */
export function paused(until: number, now = Date.now()): Deferred {
  const why = `the registry wants to be asked again at ${new Date(until).toISOString()}`;
  return { kind: 'deferred', until: Math.min(Math.max(until, now + SOONEST), now + LONGEST_PAUSE), why };
}
