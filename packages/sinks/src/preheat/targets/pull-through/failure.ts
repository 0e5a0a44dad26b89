/** What a cache's failure means for an item, in the registry client's words. */
import { RegistryError, type RegistryErrorKind } from '@longshore/registry-client';
import { failed } from '../failure.js';
import type { Aborted, Failed, WarmReason } from '../target.js';

/** Nothing else at this cache will go better now. */
const OF_THE_CACHE: ReadonlySet<RegistryErrorKind> = new Set([
  'unauthorized',
  'rate_limited',
  'egress',
  'tls',
  'timeout',
  'network',
  'credentials',
]);

/** No request is right that is made of such an image or address. */
export const FINAL: ReadonlySet<RegistryErrorKind> = new Set(['unsupported', 'limit', 'reference']);

const REASONS: Partial<Record<RegistryErrorKind, WarmReason>> = {
  not_found: 'absent',
  digest: 'digest',
  size: 'digest',
  egress: 'egress',
  tls: 'tls',
  timeout: 'timeout',
  unsupported: 'unsupported',
  limit: 'unsupported',
  reference: 'unsupported',
  credentials: 'credentials',
};

/** Where the client does not say it itself. */
const NEXT_STEP: Partial<Record<RegistryErrorKind, string>> = {
  not_found: 'is its upstream the registry that was pushed to, and is the target’s prefix right?',
  digest: 'remove it from the cache',
  size: 'remove it from the cache',
  unsupported: 'see what answers at the target’s url',
  limit: 'see what answers at the target’s url',
  server: 'see the cache’s log; lower the target’s concurrency if this stays',
};

/** The client says `network` and keeps the system's code in its words. */
const NETWORK: readonly [said: RegExp, reason: WarmReason][] = [
  [/ECONNREFUSED/, 'refused'],
  [/ENOTFOUND|EAI_|ENODATA/, 'dns'],
  [/ECONNRESET|EPIPE|hang up|aborted|Premature/i, 'reset'],
  [/Parse Error|HPE_/, 'protocol'],
];

/** `error`: what the registry client threw. `show`: makes a text fit to be seen. */
export function failureFrom(error: unknown, show: (text: string) => string): Failed | Aborted {
  if (!(error instanceof RegistryError)) {
    return failed('error', show(error instanceof Error ? error.message : String(error)));
  }
  if (error.kind === 'aborted') return { state: 'aborted' };
  const { message, notBefore } = error;
  const step = NEXT_STEP[error.kind];
  const detail = step === undefined ? message : `${message}; ${step}`;
  return failed(reasonOf(error), show(detail), { retryable: !FINAL.has(error.kind), notBefore });
}

/** The next request would have the same result. */
export function isOfTheCache(error: unknown): boolean {
  return error instanceof RegistryError && OF_THE_CACHE.has(error.kind);
}

/** Why, as the reason of a part. */
export function reasonOf({ kind, status, message }: RegistryError): WarmReason {
  const known = REASONS[kind];
  if (known !== undefined) return known;
  if (status !== undefined) return `http_${status}`;
  if (kind === 'network') return NETWORK.find(([said]) => said.test(message))?.[1] ?? 'unreachable';
  return kind === 'rate_limited' ? 'http_429' : 'answer';
}
