/**
 * Requests on this machine's disk for as long as Redis cannot have them. `put` resolves when the request is
 * durable; the feeder takes what is there into Redis, oldest first, and removes it.
 *
 * Bounded by `maxbytes`. A disk that refuses is told and tried again; nothing here ends the process.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { LongshoreError } from '@longshore/event';
import { type FeederParts, runFeeder } from './feeder.js';
import { type Claim, type Held, holdFirst, holdOthers } from './folder.js';
import { frame } from './frame.js';
import type { SpoolLog } from './log.js';
import { encodeRequest, type SpooledRequest } from './request.js';
import { findSegments, type Segment } from './segment.js';
import { createWriter, type Writer } from './writer.js';

export interface SpoolParts {
  /** Its folder, absolute. */
  dir: string;
  /** Asked for at each request: they change with the configuration. */
  limits(): { maxbytes: number; fsync: boolean };
  claim: Claim;
  /** Could Redis take something now? Asked before each try. */
  isReady(): boolean;
  feed: FeederParts['feed'];
  log: SpoolLog;
}

/** What is in the spool of this process now. */
export interface SpoolState {
  requests: number;
  bytes: number;
  /** Why it cannot take anything. */
  fault?: string;
}

export interface Spool {
  readonly state: Readonly<SpoolState>;
  /** Opens its folder and takes over what earlier runs left. Never rejects: what is wrong is told and tried again. */
  open(): Promise<void>;
  /** Resolves when the request is durable here. Rejects with LongshoreError SPOOL_FULL or SPOOL_FAILED. */
  put(request: SpooledRequest): Promise<void>;
  /** Stops feeding; what is there stays for the next start. */
  close(): Promise<void>;
}

/** Between two looks for what others left, and between two tries to open. */
const LOOK_EVERY = 10_000;
/** Between two looks whether Redis is back. */
const TRY_EVERY = 250;

export function createSpool(parts: SpoolParts): Spool {
  const { dir, limits, claim, log } = parts;
  const state: SpoolState = { requests: 0, bytes: 0, fault: 'is not open yet' };
  const queue: Segment[] = [];
  const held = new Map<string, Held>();
  const stopping = new AbortController();
  const { signal } = stopping;
  let own: { held: Held; writer: Writer } | undefined;
  let wake = (): void => {};
  let feeding: Promise<void> | undefined;
  let looking = Promise.resolve();

  const changed = (): void => log.state(state);
  const forget = (segment: Segment): void => {
    state.requests -= segment.requests;
    state.bytes -= segment.size;
    segment.requests = 0;
    segment.size = 0;
    changed();
  };
  const enqueue = (segment: Segment): void => {
    queue.push(segment);
    wake();
  };

  /** Takes over what lies in a folder; one that is empty is given back unless it is our own. */
  const takeOver = async (one: Held, isOwn: boolean): Promise<void> => {
    const found = await findSegments(one.folder).catch(async (error) => {
      await one.lock.release().catch(() => {});
      throw error;
    });
    held.set(one.folder, one);
    for (const { segment, torn } of found) {
      if (torn > 0) log.torn(torn, segment);
      state.requests += segment.requests;
      state.bytes += segment.size;
    }
    const requests = found.reduce((sum, { segment }) => sum + segment.requests, 0);
    if (requests > 0) log.found(one.folder, requests);
    changed();
    for (const { segment } of found) enqueue(segment);
    if (found.length === 0 && !isOwn) await giveBack(one);
  };
  const giveBack = async (one: Held): Promise<void> => {
    held.delete(one.folder);
    await one.lock.release().catch(() => {});
  };
  const giveBackEmpty = async (): Promise<void> => {
    for (const one of [...held.values()]) {
      const isInUse = one === own?.held || queue.some(({ path }) => path.startsWith(`${one.folder}/`));
      if (!isInUse) await giveBack(one);
    }
  };
  const onLate = (one: Held): void => {
    if (signal.aborted) void one.lock.release().catch(() => {});
    else takeOver(one, false).catch(log.trouble);
  };

  const openOwn = async (): Promise<void> => {
    const one = await holdFirst(dir, claim, onLate);
    await takeOver(one, true);
    const writer = createWriter({
      folder: one.folder,
      fsync: () => limits().fsync,
      onSegment: (segment) => (held.get(one.folder) === one ? enqueue(segment) : forget(segment)),
    });
    own = { held: one, writer };
    state.fault = undefined;
    changed();
    one.lock.lost.then(
      () => abandon(one),
      () => {},
    );
  };
  /** Another process holds the folder by now: what is in it is for that one to feed. */
  const abandon = (one: Held): void => {
    log.lost(one.folder);
    held.delete(one.folder);
    if (own?.held === one) {
      own.writer.close().catch(log.trouble);
      own = undefined;
    }
    for (const segment of queue.splice(0)) {
      if (segment.path.startsWith(`${one.folder}/`)) forget(segment);
      else queue.push(segment);
    }
    void look();
  };

  const refuse = (code: 'SPOOL_FULL' | 'SPOOL_FAILED', fault: string, cause?: unknown): LongshoreError => {
    state.fault = fault;
    changed();
    return new LongshoreError(code, `the spool ${fault}`, { cause });
  };

  const look = (): Promise<void> => {
    looking = looking.then(async () => {
      if (signal.aborted) return;
      try {
        if (!own) await openOwn();
        const others = await holdOthers(dir, new Set(held.keys()), claim, onLate);
        for (const one of others) await takeOver(one, false);
      } catch (error) {
        if (!own) state.fault = `cannot be used: ${reasonOf(error)}`;
        log.trouble(error);
        changed();
      }
    });
    return looking;
  };

  const next = async (): Promise<Segment | undefined> => {
    for (;;) {
      if (signal.aborted) return undefined;
      const [first] = queue;
      if (first) return first;
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await own?.writer.cut();
      if (queue.length === 0 && !signal.aborted) await woken;
    }
  };
  const patience = async (): Promise<boolean> => {
    do {
      await delay(TRY_EVERY, undefined, { signal }).catch(() => {});
    } while (!signal.aborted && !parts.isReady());
    return !signal.aborted;
  };
  const left = (segment: Segment): void => {
    if (segment.requests > 0) {
      segment.requests -= 1;
      state.requests -= 1;
    }
    changed();
  };
  const feeder = (): Promise<void> =>
    runFeeder({
      next,
      patience,
      feed: async (request) => (parts.isReady() ? parts.feed(request) : 'later'),
      onTaken(request, segment) {
        left(segment);
        log.taken(request);
      },
      onAside(what, segment) {
        if (what.reason !== 'damaged') left(segment);
        log.aside(what);
      },
      onTorn: log.torn,
      onGone: log.gone,
      onRemoved(segment) {
        const at = queue.indexOf(segment);
        if (at !== -1) queue.splice(at, 1);
        forget(segment);
        void giveBackEmpty();
      },
      onTrouble: log.trouble,
    });

  const timer = setInterval(() => void look(), LOOK_EVERY).unref();

  return {
    state,
    async open() {
      await look();
      feeding ??= feeder();
    },
    async put(request) {
      const record = frame(encodeRequest(request));
      const { maxbytes } = limits();
      if (!own) throw new LongshoreError('SPOOL_FAILED', `the spool ${state.fault}`);
      if (state.bytes + record.length > maxbytes)
        throw refuse('SPOOL_FULL', `is full (${state.bytes} of ingest.spool.maxbytes, ${maxbytes} bytes)`);
      state.bytes += record.length;
      state.requests += 1;
      const { writer } = own;
      try {
        await writer.append(record);
        state.fault = undefined;
      } catch (error) {
        state.bytes -= record.length;
        state.requests -= 1;
        log.trouble(error);
        throw refuse('SPOOL_FAILED', `cannot be written: ${reasonOf(error)}`, error);
      } finally {
        changed();
        wake();
      }
    },
    async close() {
      clearInterval(timer);
      stopping.abort();
      wake();
      await Promise.all([feeding, looking]);
      await own?.writer.close().catch(() => {});
      await Promise.all([...held.values()].map(giveBack));
      if (state.requests > 0) log.left(state.requests);
    },
  };
}

/** An error of the file system names its path; of others the message is all there is. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
