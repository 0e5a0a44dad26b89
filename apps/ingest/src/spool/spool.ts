/**
 * Requests on this machine's disk for as long as Redis cannot have them. `put` resolves when the request is
 * durable; the feeder takes what is there into Redis, oldest first, and removes it.
 *
 * Bounded by `maxbytes`, which the sources share. A disk that refuses is told and tried again; nothing here ends the process.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { ignore, LongshoreError } from '@longshore/event';
import { createBacklog, type SpoolState } from './backlog.js';
import { type FeederParts, runFeeder } from './feeder.js';
import type { Claim, Held } from './folder.js';
import { frame } from './frame.js';
import { createHoldings } from './holdings.js';
import type { SpoolLog } from './log.js';
import { createSegmentQueue } from './queue.js';
import { encodeRequest, type SpooledRequest } from './request.js';
import { createWriter, FolderLost, type Writer } from './writer.js';

/** Its folder, its limits, and whom it feeds. */
export interface SpoolParts {
  /** Its folder, absolute. */
  dir: string;
  /**
   * Asked for at each request: they change with the configuration. `sources`: those that can be spooled, which share
   * `maxbytes`.
   */
  limits(): { maxbytes: number; fsync: boolean; sources?: readonly string[] };
  claim: Claim;
  /** Could Redis take something now? Asked before each try. */
  isReady(): boolean;
  feed: FeederParts['feed'];
  log: SpoolLog;
}

/** What a request is put into, and what feeds it in again. */
export interface Spool {
  readonly state: Readonly<SpoolState>;
  /** Opens its folder and takes over what earlier runs left. Never rejects: what is wrong is told and tried again. */
  open(): Promise<void>;
  /** Resolves when the request is durable here. Rejects with LongshoreError SPOOL_FULL or SPOOL_FAILED. */
  put(request: SpooledRequest): Promise<void>;
  /** Stops feeding; what is there stays for the next start. */
  close(): Promise<void>;
}

/** Between two looks whether Redis is back. */
const TRY_EVERY = 250;

/** Nothing is read or written before `open`. */
export function createSpool(parts: SpoolParts): Spool {
  const { dir, limits, claim, log } = parts;
  const backlog = createBacklog(log.state);
  const { state } = backlog;
  const stopping = new AbortController();
  const { signal } = stopping;
  /** To the folder that is ours to write to. */
  let own: Writer | undefined;
  const queue = createSegmentQueue(() => own?.cut());
  let feeding: Promise<void> | undefined;

  const refuse = (code: 'SPOOL_FULL' | 'SPOOL_FAILED', fault: string, cause?: unknown): LongshoreError => {
    backlog.fault(fault);
    return new LongshoreError(code, `the spool ${fault}`, { cause });
  };
  const writerTo = ({ folder, lock }: Held): Writer => {
    const writer = createWriter({
      folder,
      isHeld: lock.isHeld,
      fsync: () => limits().fsync,
      // Of a folder that was lost meanwhile, it is for its new holder to feed.
      onSegment: (segment) => (own === writer ? queue.add(segment) : backlog.forget(segment)),
    });
    return writer;
  };
  const holdings = createHoldings({
    dir,
    claim,
    onHeld(held, found, isOwn) {
      const requests = found.reduce((sum, { segment }) => sum + segment.requests, 0);
      if (requests > 0) log.found(held.folder, requests);
      for (const { segment, torn } of found) {
        if (torn > 0) log.torn(torn, segment);
        backlog.add(segment);
        queue.add(segment);
      }
      if (!isOwn) return;
      own = writerTo(held);
      backlog.fault(undefined);
    },
    onLost(folder) {
      log.lost(folder);
      const lost = own;
      own = undefined;
      backlog.fault('has lost its folder to another process, and opens another one');
      lost?.close().catch(log.trouble);
      for (const segment of queue.removeIn(folder)) backlog.forget(segment);
    },
    onTrouble(error) {
      if (!own) backlog.fault(`cannot be used: ${reasonOf(error)}`);
      log.trouble(error);
    },
  });

  const patience = async (): Promise<boolean> => {
    do {
      await delay(TRY_EVERY, undefined, { signal }).catch(() => {});
    } while (!signal.aborted && !parts.isReady());
    return !signal.aborted;
  };
  const feeder = (): Promise<void> =>
    runFeeder({
      next: () => queue.next(signal),
      patience,
      feed: async (request) => (parts.isReady() ? parts.feed(request) : 'later'),
      onTaken(request, segment) {
        backlog.remove(segment);
        log.taken(request);
        if (state.requests === 0) log.empty();
      },
      onAside(what, segment) {
        if (what.reason !== 'damaged') backlog.remove(segment);
        log.aside(what);
      },
      onTorn: log.torn,
      onGone: log.gone,
      onRemoved(segment) {
        queue.remove(segment);
        if (own) backlog.fault(undefined); // there is room again
        backlog.forget(segment);
        void holdings.giveBack(queue.holdsIn);
      },
      onTrouble: log.trouble,
    });

  return {
    state,
    async open() {
      await holdings.look();
      holdings.watch();
      feeding ??= feeder();
    },
    async put(request) {
      const record = frame(encodeRequest(request));
      const { source } = request;
      const { maxbytes, sources = [] } = limits();
      if (!own) await holdings.looked();
      if (!own) throw new LongshoreError('SPOOL_FAILED', `the spool ${state.fault}`);
      if (record.length > backlog.roomOf(source, maxbytes, sources))
        throw refuse('SPOOL_FULL', fullFor(source, state.bytes, record.length, maxbytes));
      backlog.reserve(source, record.length);
      try {
        await own.append(record, source).catch(async (error: unknown) => {
          if (!(error instanceof FolderLost)) throw error;
          await holdings.looked(); // and opened another one
          if (!own) throw error;
          await own.append(record, source);
        });
        backlog.fault(undefined);
      } catch (error) {
        backlog.reserve(source, record.length, -1);
        log.trouble(error);
        throw refuse('SPOOL_FAILED', `cannot be written: ${reasonOf(error)}`, error);
      } finally {
        queue.wake();
      }
    },
    async close() {
      stopping.abort();
      queue.wake();
      await feeding;
      await own?.close().catch(ignore('ingest.spool.clean'));
      await holdings.close();
      if (state.requests > 0) log.left(state.requests);
    },
  };
}

/** In words that follow "the spool". */
function fullFor(source: string, held: number, bytes: number, maxbytes: number): string {
  const limit = 'ingest.spool.maxbytes';
  if (held + bytes > maxbytes) return `is full (${held} of ${limit}, ${maxbytes} bytes)`;
  return `is full for source ${source}, and what is left of ${limit} (${maxbytes} bytes) is reserved for other sources`;
}

/** An error of the file system names its path; of others the message is all there is. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
