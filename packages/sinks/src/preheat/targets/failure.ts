/**
 * Maps unsuccessful responses of a target to failures and their messages.
 *
 * Only failures that a retry cannot fix are final: all others are usually fixed by an operator (a token, a url, a
 * cluster), and the queue has attempts for that.
 */
import { STATUS_CODES } from 'node:http';
import { excerpt, notBeforeOf } from '@longshore/event';
import type { Failed, WarmReason } from './target.js';

/** Characters of a detail. */
const LONGEST = 400;

/** A failure with a detail of one line. `retryable` unless said otherwise. */
export function failed(
  reason: WarmReason,
  detail: string,
  more: { retryable?: boolean; notBefore?: number } = {},
): Failed {
  const { retryable = true, notBefore } = more;
  return {
    state: 'failed',
    reason,
    detail: excerpt(detail, LONGEST),
    retryable,
    ...(notBefore !== undefined && { notBefore }),
  };
}

/** Of an answer what a verdict depends on. */
export interface Refusal {
  status: number;
  retryAfter?: string;
  /** What the target said about it; masked already. */
  said?: string;
  /** `host:port` */
  place: string;
}

/** The request is wrong in itself, or not wanted any more. */
const FINAL = new Set([400, 410, 411, 413, 414, 415, 422]);

const NEXT_STEP: Record<number, string> = {
  400: 'the target rejected the request; check its log',
  401: 'check the target’s credentials',
  403: 'check the permissions of the target’s credentials',
  404: 'check the path of the target’s url',
  405: 'check the path of the target’s url',
  407: 'a proxy in front of it requires credentials',
  410: 'the target accepts no more requests; remove the target',
  413: 'the request is too large for the target; raise its limit',
  422: 'correct the target’s settings that it names',
  429: 'target overloaded; lower its concurrency if this persists',
  503: 'target overloaded or starting; check its log if this persists',
};

/** For every status that is no success. `now`: epoch milliseconds. */
export function refused({ status, retryAfter, said, place }: Refusal, now: number): Failed {
  const text = `${place} answered ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd();
  const words = said === undefined || said === '' ? '' : ` (${excerpt(said, 200)})`;
  return failed(`http_${status}`, `${text}${words}: ${nextStep(status)}`, {
    retryable: !FINAL.has(status),
    notBefore: status === 429 || status === 503 ? notBeforeOf(retryAfter, now) : undefined,
  });
}

function nextStep(status: number): string {
  if (status >= 300 && status < 400) return 'redirects are not followed; correct the target’s url';
  return NEXT_STEP[status] ?? (status >= 500 ? 'check its log' : 'check its response and its log');
}
