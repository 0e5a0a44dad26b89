/** What the spool reports: records for what becomes of requests, lines for its folders, gauges for what it holds. */
import type { Observer } from '@longshore/observe';
import type { SpoolLog } from '@longshore/spool';

/** Milliseconds between two lines about the same failure. */
const TROUBLE_INTERVAL_MS = 10_000;

/** Writes what the spool reports to the log, the records and the metrics. @param dir its folder */
export function spoolLog(observer: Observer, dir: string): SpoolLog {
  const { log } = observer;
  return {
    state({ requests, bytes }) {
      observer.spoolHolds({ requests, bytes });
    },
    found(folder, requests) {
      log.warn({ folder, requests }, 'the spool holds requests of an earlier run, which are drained');
    },
    left(requests) {
      log.warn({ requests }, 'the spool is not empty; the next start drains it');
    },
    empty() {
      log.info({}, 'the spool is drained: everything that was in it is in Redis');
    },
    taken({ source }) {
      observer.spoolFed({ source });
    },
    aside({ reason, bytes, file, source, kind, error }) {
      const detail = error instanceof Error ? error.message : error === undefined ? undefined : String(error);
      observer.eventAside({ source: source ?? 'unknown', kind, reason, bytes, file, detail });
    },
    gone(file) {
      log.error({ file }, 'a spooled request was deleted by another program: it is lost');
    },
    lost(folder) {
      log.warn(
        { folder },
        'another process took over what this one was draining, because this one did not respond',
      );
    },
    converted(file, requests) {
      log.info({ file, requests }, 'a spool file of an older version was converted');
    },
    truncated(file, bytes) {
      log.warn(
        { file, bytes },
        'a spooled request was truncated by a crash, before it was answered: removed',
      );
    },
    unconverted(folder, err) {
      const nextStep = 'free space on its disk, unless the spool is being drained, which frees some';
      observer
        .throttledLog('spool-unconverted', TROUBLE_INTERVAL_MS)
        .error(
          { folder, nextStep, err },
          'the disk is full: requests that an older version spooled stay in their folder until it has space to convert them, trying again',
        );
    },
    trouble(err, nextStep) {
      observer
        .throttledLog('spool', TROUBLE_INTERVAL_MS)
        .error({ dir, nextStep, err }, 'the spool cannot be used, trying again');
    },
  };
}
