/** Comparisons of the archive with registries, as metrics: by the worker that leads. Those of the command are not in them. */
import type { LabelBounds } from './label-bounds.js';
import type { Metrics } from './metrics.js';

/** One comparison. Times are epoch milliseconds. */
export interface ReconcileResult {
  source: string;
  /** Events that were missing and are published now; of these the bounds. */
  healed: number;
  since?: number;
  until?: number;
  /** Parts of the registry that could not be compared. */
  errors: number;
  /** Up to then nothing is missing that has not been found; absent: not proven. */
  provenAt?: number;
}

/** Nothing here throws or waits. */
export interface ReconcileMeter {
  reconciled(result: ReconcileResult): void;
  /** Events that the registry counts, and that did not arrive. */
  countedLost(source: string, events: number): void;
}

/** One for each observer. */
export function createReconcileMeter(metrics: Metrics, bounds: LabelBounds): ReconcileMeter {
  return {
    countedLost: (name, events) =>
      metrics.count('longshore_reconcile_counted_lost_events_total', { source: bounds.source(name) }, events),
    reconciled({ source: name, healed, since, until, errors, provenAt }) {
      const source = bounds.source(name);
      metrics.count('longshore_reconcile_lost_events_total', { source }, healed);
      metrics.count('longshore_reconcile_errors_total', { source }, errors);
      if (provenAt !== undefined)
        metrics.set('longshore_reconcile_proven_timestamp_seconds', { source }, provenAt / 1000);
      if (healed === 0 || since === undefined || until === undefined) return;
      metrics.set('longshore_reconcile_lost_since_timestamp_seconds', { source }, since / 1000);
      metrics.set('longshore_reconcile_lost_until_timestamp_seconds', { source }, until / 1000);
    },
  };
}
