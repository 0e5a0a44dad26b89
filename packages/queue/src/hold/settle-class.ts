/** What the verdict over an attempt says about its receiver. */
import type { Verdict } from '../retry.js';

/** `none`: nothing, as no attempt reached it. */
export type SettleClass = 'delivered' | 'outage' | 'other' | 'none';

/** See {@link SettleClass}. */
export function settleClass(verdict: Verdict): SettleClass {
  if (verdict.settle === 'delivered') return 'delivered';
  return 'outcome' in verdict ? 'other' : 'none';
}
