/** What a verdict says about the receiver: of this the state of a hold is made. */
import { troubleOf } from '@longshore/event';
import type { Verdict } from '../retry.js';

/**
 * `delivered`; `outage`: it is down, or asks for time; `other`: it answered, and refused the event; `none`: it was not
 * asked, or the trouble is ours.
 */
export type SettleClass = 'delivered' | 'outage' | 'other' | 'none';

/** See {@link SettleClass}. */
export function settleClass(verdict: Verdict): SettleClass {
  if (!('outcome' in verdict)) return 'none';
  if (verdict.outcome.kind === 'delivered') return 'delivered';
  const trouble = troubleOf(verdict.outcome.reason);
  return trouble === 'answer' ? 'other' : trouble === 'outage' ? 'outage' : 'none';
}

/** Characters of what an operator is shown. */
const DETAIL_LENGTH = 300;

/**
 * What `holdSettled` needs to know beside the class, as JSON: `reason`, `detail`; `retryAfterMs`, the receiver’s
 * `Retry-After`; `oursMs`, a pause for trouble of our own, `own`, which, and `why`; `unasked`, nothing was sent.
 * @param now epoch milliseconds
 */
export function holdDetail(verdict: Verdict, now = Date.now()): string {
  if ('outcome' in verdict) {
    const { outcome } = verdict;
    const notBefore = 'notBefore' in outcome ? (outcome.notBefore ?? 0) : 0;
    const { reason, detail } = outcome;
    const retryAfterMs = Math.round(notBefore - now);
    const words = detail && shown(detail);
    return JSON.stringify({ reason, detail: words, ...(retryAfterMs > 0 && { retryAfterMs }) });
  }
  if (verdict.settle !== 'deferred') return JSON.stringify({ unasked: true });
  const { ours, until, why } = verdict;
  if (!ours) return '{}';
  return JSON.stringify({ oursMs: Math.max(1, Math.round(until - now)), own: ours, why: shown(why) });
}

/** Through bytes: half of a character, cut here or sent by a receiver, is no JSON for Redis. */
const shown = (detail: string): string => Buffer.from(detail.slice(0, DETAIL_LENGTH)).toString();
