/**
 * Maps an error of the registry to an outcome of the delivery. While the registry only asks for a pause, it costs no
 * attempt.
 */
import type { Outcome, Reason } from '@longshore/event';
import { RegistryError, type RegistryErrorKind } from '@longshore/registry-client';
import { OWN_TROUBLE_MS, ownTroubleOf } from '../http/transport.js';
import type { Deferred } from '../sink.js';

/** Longer pauses are checked in between. Milliseconds. */
const LONGEST_PAUSE_MS = 3_600_000;
/** Pause when the registry names none. Milliseconds. */
const DEFAULT_PAUSE_MS = 60_000;
const FIRST_RECHECK_MS = 250;
const LONGEST_RECHECK_MS = 5_000;

const REASONS: Readonly<Partial<Record<RegistryErrorKind, Reason>>> = {
  timeout: 'timeout',
  tls: 'tls',
  network: 'unreachable',
  redirect: 'url',
  egress: 'egress',
  reference: 'url',
  digest: 'manifest',
  size: 'manifest',
  unsupported: 'manifest',
  limit: 'manifest',
};

/** Where the error does not say it itself. */
const NEXT_STEP: Readonly<Partial<Record<RegistryErrorKind, string>>> = {
  digest: 'inspect it in the registry',
  size: 'inspect it in the registry',
  unsupported: 'inspect it in the registry',
  limit: 'raise preheat.limits if the image is legitimate',
};

interface Expected {
  /** Milliseconds since the image could be there. */
  age: number;
  /** Age up to which a missing image may still appear. 0: no waiting. */
  appearsWithin: number;
  /** The registry that the event names, when another one is asked: `registry.example.com`. */
  named?: string;
  /** Name of the endpoint's block, for what people are to look at. */
  block?: 'copy' | 'preheat';
  now?: number;
}

/** @param error what the registry client has thrown */
export function failureOf(
  error: unknown,
  { age, appearsWithin, named, block = 'preheat', now = Date.now() }: Expected,
): Outcome | Deferred | 'aborted' {
  if (!(error instanceof RegistryError)) {
    const detail = `internal error in preheating: ${error instanceof Error ? error.message : String(error)}`;
    return { kind: 'retry', reason: 'error', detail };
  }
  const { kind, status, message, notBefore, retryable } = error;
  if (kind === 'aborted') return 'aborted';
  const ours = error.cause instanceof Error ? ownTroubleOf(error.cause, 'the registry') : undefined;
  if (ours) return { kind: 'deferred', until: now + OWN_TROUBLE_MS, why: ours.detail, ours: ours.trouble };
  if (kind === 'rate_limited') return paused(notBefore ?? now + DEFAULT_PAUSE_MS, now);
  if (kind === 'not_found' && age < appearsWithin) {
    // Doubles the age each time: 0.25, 0.5, 1, 2, 4 s, and then every 5 s.
    const until = now + Math.min(Math.max(age, FIRST_RECHECK_MS), LONGEST_RECHECK_MS);
    return { kind: 'deferred', until, why: 'the registry does not have it yet' };
  }
  const step = kind === 'not_found' ? missing(appearsWithin, named) : NEXT_STEP[kind];
  const detail = step === undefined ? message : `${message}; ${step.replaceAll('preheat.', `${block}.`)}`;
  const reason: Reason = REASONS[kind] ?? (status === undefined ? 'error' : `http_${status}`);
  return {
    kind: retryable ? 'retry' : 'dead',
    reason,
    ...(status !== undefined && { status }),
    detail,
    notBefore,
  };
}

function missing(appearsWithin: number, named: string | undefined): string {
  if (appearsWithin === 0) return 'check the name and the tag, and that this is its registry';
  const other = named === undefined ? '' : ` (the event names ${named})`;
  return `still missing ${Math.round(appearsWithin / 1_000)} s after the event: was it deleted, or does preheat.registry.url differ from the registry pushed to${other}?`;
}

/** The registry asked for a pause until then. */
export function paused(until: number, now = Date.now()): Deferred {
  const why = `paused by the registry until ${new Date(until).toISOString()}`;
  return {
    kind: 'deferred',
    until: Math.min(Math.max(until, now + FIRST_RECHECK_MS), now + LONGEST_PAUSE_MS),
    why,
  };
}
