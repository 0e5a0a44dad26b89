/** What an error of one of the two registries means for a part. */
import { RegistryError, type RegistryErrorKind } from '@longshore/registry-client';
import { failed } from '../preheat/targets/failure.js';
import { FINAL, reasonOf } from '../preheat/targets/pull-through/failure.js';
import type { Warmth } from '../preheat/targets/target.js';

const DEFAULT_PAUSE_MS = 60_000;

/** Where the client does not say it itself. */
const NEXT_STEP: Partial<Record<RegistryErrorKind, string>> = {
  not_found: 'was it deleted, or is a part of it missing?',
  digest: 'inspect it in the registry that it was read from',
  size: 'inspect it in the registry that it was read from',
  server: 'check the log of that registry; lower copy.target.concurrency if this persists',
  unauthorized: 'reading needs the right to pull, writing those to pull and push',
};

/**
 * `error`: what was thrown. `handle`: how far an upload came. While a registry asks for time the part waits and costs
 * no attempt.
 */
export function failureFrom(error: unknown, handle: string | undefined, now = Date.now()): Warmth {
  if (!(error instanceof RegistryError)) {
    return failed('error', error instanceof Error ? error.message : String(error));
  }
  const { kind, message, notBefore } = error;
  if (kind === 'aborted') return { state: 'aborted' };
  if (kind === 'rate_limited') {
    const pollAt = notBefore ?? now + DEFAULT_PAUSE_MS;
    return { state: 'pending', pollAt, handle: handle ?? '', detail: message };
  }
  const step = NEXT_STEP[kind];
  const detail = step === undefined ? message : `${message}; ${step}`;
  const retryable = !FINAL.has(kind);
  return { ...failed(reasonOf(error), detail, { retryable, notBefore }), ...(handle && { handle }) };
}
