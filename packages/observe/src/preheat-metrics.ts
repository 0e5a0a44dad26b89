/** The metrics of one image that was warmed or given up. */
import type { PreheatRun } from '@longshore/event';
import type { LabelBounds } from './label-bounds.js';
import type { Metrics } from './metrics.js';

/** A part that was left out before any target was asked. */
const NO_TARGET = 'none';

/** @param age seconds since the push was received */
export function countPreheat(metrics: Metrics, bounds: LabelBounds, run: PreheatRun, age: number): void {
  const endpoint = bounds.endpoint(run.endpoint);
  for (const { target: name, result, bytes } of run.parts) {
    const target = bounds.target(name || NO_TARGET);
    metrics.count('longshore_preheat_blobs_total', { endpoint, target, result });
    if (bytes) metrics.count('longshore_preheat_bytes_total', { endpoint, target }, bytes);
  }
  if (run.result === 'succeeded') metrics.observe('longshore_preheat_duration_seconds', { endpoint }, age);
  if (run.rateLimit)
    metrics.set('longshore_preheat_ratelimit_remaining', { endpoint }, run.rateLimit.remaining);
}
