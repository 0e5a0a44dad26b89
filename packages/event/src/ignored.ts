/**
 * Errors that are ignored on purpose, because the work is best effort or is tried again by itself. They are counted, so that
 * a fault that hides there shows in `longshore_internal_errors_total{where}`.
 */

/** Where an error may be ignored: the values of the metric's label `where`. */
export const IGNORED_AT = [
  'config.refused',
  'operator.operations',
  'processes.note',
  'queue.agenda',
  'queue.body',
  'queue.close',
  'queue.failover',
  'queue.leader',
  'queue.lease',
  'queue.notes.held',
  'queue.notes.mark',
  'queue.progress',
  'queue.promote',
  'queue.pulse',
  'queue.received',
  'queue.sources',
  'queue.spools',
  'queue.stored',
  'queue.loss',
  'queue.oldest',
  'queue.wake',
  'spool.clean',
  'spool.lock',
  'worker.alerts.read',
  'worker.hold',
  'worker.preheat.close',
  'worker.preheat.store',
  'worker.sink.close',
] as const;

/** One of {@link IGNORED_AT}. */
export type IgnoredAt = (typeof IGNORED_AT)[number];

const counts = new Map<IgnoredAt, number>();

/** For `.catch(ignore('where'))`: counts the error and resolves with undefined. Say beside it why it may be ignored. */
export const ignore =
  (where: IgnoredAt) =>
  (_error?: unknown): undefined => {
    counts.set(where, (counts.get(where) ?? 0) + 1);
  };

/** Errors ignored by this process so far, by place. */
export const ignoredErrors = (): ReadonlyMap<IgnoredAt, number> => counts;
