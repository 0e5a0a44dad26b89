/** Compares by itself, in the worker that leads: every so often, and again for the second look. */
import type { Archive } from '@longshore/archive';
import { createReconcileStore, createRestartWatch, SECOND_LOOK_MS } from '@longshore/archive/reconcile';
import type { Config } from '@longshore/config';
import type { Observer } from '@longshore/observe';
import type { Leader } from '@longshore/queue/housekeeping';
import type { OwnPublish } from '../own-publish.js';
import { reconcileAll } from './all.js';
import type { ReconcileReport } from './report.js';

/** What is compared, by whom. */
export interface ReconcilerParts {
  archive: Archive;
  /** Resolves once the archive has the schema of this version. */
  ready(): Promise<void>;
  config(): Config;
  leader: Pick<Leader, 'confirm'>;
  publish: OwnPublish['publish'];
  /** As of `ReconcileParts`. */
  pendingSince(): Promise<number | undefined>;
  observer: Observer;
  version: string;
  /** Milliseconds between two looks at the clock; for tests. */
  interval?: number;
}

/** Runs until it is closed. */
export interface Reconciler {
  close(): Promise<void>;
}

const INTERVAL_MS = 10_000;
const LOG_INTERVAL_MS = 60_000;
/** The second look comes a little later than it may. Milliseconds. */
const MARGIN_MS = 30_000;
const RESTARTED = 'the registry restarted, and what it had not sent then is lost; not compared yet';

/** Failures are logged, and the next turn tries again. */
export function startReconciler(parts: ReconcilerParts): Reconciler {
  const { config, observer, leader, interval = INTERVAL_MS } = parts;
  const stopping = new AbortController();
  let begun = performance.now();
  /** Of a second look. */
  let againAt = Number.POSITIVE_INFINITY;
  let running: Promise<void> | undefined;
  const restarts = createRestartWatch(parts.archive.pool);
  const store = createReconcileStore(parts.archive.pool);

  const turn = async (): Promise<void> => {
    const { reconcile } = config();
    if (!reconcile || !(await leader.confirm())) return;
    await parts.ready();
    const now = performance.now();
    const restarted = await restarts.look();
    if (restarted.length > 0) againAt = now;
    for (const { source, sourceId, since, until } of restarted) {
      observer.log.warn({ source, since, until }, 'a registry restarted; it is compared with the archive');
      await store.doubt(sourceId, { since, until, verdict: 'unknown', note: RESTARTED });
    }
    if (now < Math.min(begun + reconcile.every, againAt)) return;
    begun = now;
    againAt = now + SECOND_LOOK_MS + MARGIN_MS;
    const reports = await reconcileAll({
      ...{ archive: parts.archive, config: config(), version: parts.version },
      // A comparison takes long: another worker may lead by now, and compares too.
      async publish(taken, routes) {
        if (await leader.confirm()) return parts.publish(taken, routes);
        throw new Error('another worker leads, which compares again');
      },
      ...{
        pendingSince: parts.pendingSince,
        dryRun: false,
        careful: true,
        signal: stopping.signal,
        onReport: (one) => report(one, observer),
      },
    });
    const waits = reports.some(
      ({ findings, behind }) => behind || findings.some(({ state }) => state === 'waiting'),
    );
    againAt = waits ? performance.now() + SECOND_LOOK_MS + MARGIN_MS : Number.POSITIVE_INFINITY;
  };
  const timer = setInterval(() => {
    running ??= turn()
      .catch((err) => {
        if (stopping.signal.aborted) return;
        observer
          .throttledLog('reconcile', LOG_INTERVAL_MS)
          .warn({ err }, 'a comparison with a registry failed; retrying');
      })
      .finally(() => {
        running = undefined;
      });
  }, interval);
  return {
    async close() {
      clearInterval(timer);
      stopping.abort();
      await running;
    },
  };
}

/** A log line, and the metrics. */
function report(
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
