/** What the spool tells: records for what becomes of requests, lines for its folders, gauges for what it holds. */
import type { Observer } from '@longshore/observe';
import type { SetAside } from './feeder.js';
import type { SpooledRequest } from './request.js';
import type { Segment } from './segment.js';

/** Where the spool tells what happens in it. Nothing here throws or waits. */
export interface SpoolLog {
  state(state: { requests: number; bytes: number }): void;
  /** An earlier run has left requests in a folder. */
  found(folder: string, requests: number): void;
  /** What is there when the process stops. */
  left(requests: number): void;
  /** Bytes at a segment's end that were never written whole, and so never answered. */
  torn(bytes: number, segment: Segment): void;
  taken(request: SpooledRequest): void;
  /** The last one was taken. */
  empty(): void;
  aside(what: SetAside): void;
  /** Somebody has removed a segment. */
  gone(segment: Segment): void;
  /** Somebody else holds the folder by now. */
  lost(folder: string): void;
  trouble(error: unknown): void;
}

/** Between two lines about the same trouble. */
const QUIET = 10_000;

export function createSpoolLog(observer: Observer): SpoolLog {
  const { log } = observer;
  return {
    state({ requests, bytes }) {
      observer.spoolHolds({ requests, bytes });
    },
    empty() {
      log.info({}, 'the spool is empty: all that was in it is in Redis');
    },
    found(folder, requests) {
      log.warn({ folder, requests }, 'the spool of an earlier run is fed in');
    },
    left(requests) {
      log.warn({ requests }, 'the spool holds requests, which the next start feeds in');
    },
    torn(bytes, { path }) {
      log.warn({ path, bytes }, 'a spooled request was cut off by a crash, before it was answered: removed');
    },
    taken({ source }) {
      observer.spoolFed({ source });
    },
    aside({ reason, bytes, file, source, kind, error }) {
      const detail = error === undefined ? undefined : String(error);
      observer.eventAside({ source: source ?? 'unknown', kind, reason, bytes, file, detail });
    },
    gone({ path, requests }) {
      log.error(
        { path, requests },
        'a segment of the spool was removed by somebody else: what was in it is lost',
      );
    },
    lost(folder) {
      log.error({ folder }, 'another process has taken over this folder of the spool; using another one');
    },
    trouble(err) {
      observer.throttledLog('spool', QUIET).error({ err }, 'the spool cannot be used, trying again');
    },
  };
}
