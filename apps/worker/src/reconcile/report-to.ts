/** The result of a comparison that ran by itself: in the log and the metrics. */
import type { Observer } from '@longshore/observe';
import type { ReconcileReport } from './report.js';

/** A log line, and the metrics. */
export function reportTo(
  { source, findings, errors, tags, firstSeen, coverage }: ReconcileReport,
  observer: Observer,
): void {
  const { log } = observer;
  const { since, until, verdict } = coverage ?? {};
  const healed = findings.filter(({ state }) => state === 'healed').length;
  const isProven = until !== undefined && verdict !== 'unknown' && errors.length === 0;
  observer.reconciled({
    ...{ source, healed, errors: errors.length },
    ...(since !== undefined && { since: Date.parse(since) }),
    ...(until !== undefined && { until: Date.parse(until) }),
    ...(isProven && { provenAt: Date.parse(until) }),
  });
  const fields = {
    source,
    tags,
    firstSeen,
    healed,
    waiting: findings.length - healed,
    errors: errors.length,
  };
  const [first] = errors;
  if (healed > 0) log.warn({ ...fields, since, until }, 'events of a registry were lost, and healed');
  else if (first) log.warn({ ...fields, ...first }, 'a registry could not be compared');
  else log.info(fields, 'the archive was compared with a registry');
}
