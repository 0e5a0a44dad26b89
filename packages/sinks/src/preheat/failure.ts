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

/**
 * @param error what the registry client has thrown
 * @param expected `age`: milliseconds since the image could be there; `patience`: how old it may get and still come
 */
export function failureOf(
  error: unknown,
  { age, patience, now = Date.now() }: { age: number; patience: number; now?: number },
): Outcome | Deferred | 'aborted' {
  if (!(error instanceof RegistryError)) {
    const detail = `a fault in preheating: ${error instanceof Error ? error.message : String(error)}`;
    return { kind: 'retry', reason: 'error', detail };
  }
  const { kind, status, message: detail, notBefore, retryable } = error;
  if (kind === 'aborted') return 'aborted';
  if (kind === 'rate_limited') return paused(notBefore ?? now + PAUSE, now);
  if (kind === 'not_found' && age < patience) {
    // Doubles the age each time: 0.25, 0.5, 1, 2, 4 s, and then every 5 s.
    const until = now + Math.min(Math.max(age, SOONEST), LATEST);
    return { kind: 'deferred', until, why: 'the registry does not have it yet' };
  }
  const reason: Reason = REASONS[kind] ?? (status === undefined ? 'error' : `http_${status}`);
  return {
    kind: retryable ? 'retry' : 'dead',
    reason,
    ...(status !== undefined && { status }),
    detail,
    notBefore,
  };
}

/** The registry wants to be left alone until then. */
export function paused(until: number, now = Date.now()): Deferred {
  const why = `the registry wants to be asked again at ${new Date(until).toISOString()}`;
  return { kind: 'deferred', until: Math.min(Math.max(until, now + SOONEST), now + LONGEST_PAUSE), why };
}
