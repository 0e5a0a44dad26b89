/**
 * Retries or drops many dead deliveries: in chunks, at a pace, and only as fast as the endpoint takes them, so that
 * new deliveries do not wait behind a long replay. Endpoints do not wait for each other.
 */
import { createPace, type Pace, sleep } from './pace.js';

/** How far a retry or drop of many has come. */
export interface BulkProgress {
  /** Deliveries to look at: those in the time span, or the given ids. */
  total: number;
  /** Looked at so far, matching the filter or not. */
  looked: number;
  /** Retried or dropped. */
  done: number;
  /** No longer dead when their turn came: retried, delivered, dropped or expired meanwhile. */
  skipped: number;
  /** Endpoints that have as much waiting as they should; their turn comes when some of it is delivered. */
  holding: string[];
}

/** What it came to. */
export interface BulkResult extends BulkProgress {
  /** The signal ended it before all were looked at. Calling it again continues. */
  stopped: boolean;
}

/** How fast, and how it is followed and stopped. */
export interface BulkOptions {
  /** Deliveries in a second, over all endpoints; infinite for no limit. Default 100 for retry, none for drop. */
  rate?: number;
  /** Retry only: deliveries that may wait at an endpoint before more are added. Default 1,000. */
  maxWaiting?: number;
  /** Retry only: nothing is delivered there now, so there is nothing to wait for. */
  held?(endpoint: string): boolean;
  signal?: AbortSignal;
  /** Hears each step; must not throw. */
  onProgress?(progress: BulkProgress): void;
}

/** What a bulk is made of. */
export interface BulkParts<Letter> {
  total: number;
  /** Chunks of what matches, with how many were looked at for it, by endpoint. */
  lanes: ReadonlyMap<string, AsyncIterable<{ looked: number; matching: Letter[] }>>;
  /** @returns whether it was still there */
  act(letter: Letter): Promise<boolean>;
  /** How many more may be added now; infinite when that does not matter. */
  room(endpoint: string): Promise<number>;
}

const ROOM_INTERVAL_MS = 250;

/** Rejects with the first failure, when everything that was begun has ended. */
export async function runBulk<Letter>(
  parts: BulkParts<Letter>,
  { rate = Number.POSITIVE_INFINITY, signal, onProgress }: BulkOptions,
): Promise<BulkResult> {
  const progress: BulkProgress = { total: parts.total, looked: 0, done: 0, skipped: 0, holding: [] };
  const pace = createPace(rate);
  const failing = new AbortController();
  const ending = signal ? AbortSignal.any([signal, failing.signal]) : failing.signal;
  const run = { ...parts, progress, pace, ending, tell: () => onProgress?.({ ...progress }) };
  const lanes = Array.from(parts.lanes, async ([endpoint, chunks]) => {
    try {
      for await (const { looked, matching } of chunks) {
        if (ending.aborted) return;
        await takeChunk(run, endpoint, looked, matching);
      }
    } catch (error) {
      failing.abort();
      throw error;
    }
  });
  const ended = await Promise.allSettled(lanes);
  const failed = ended.find((lane) => lane.status === 'rejected');
  if (failed) throw failed.reason;
  return { ...progress, stopped: signal?.aborted ?? false };
}

interface Run<Letter> extends BulkParts<Letter> {
  progress: BulkProgress;
  pace: Pace;
  ending: AbortSignal;
  tell(): void;
}

async function takeChunk<Letter>(
  run: Run<Letter>,
  endpoint: string,
  looked: number,
  matching: readonly Letter[],
): Promise<void> {
  const { progress, pace, ending, tell } = run;
  progress.looked += looked - matching.length;
  for (let at = 0; at < matching.length; ) {
    const room = await roomOf(run, endpoint);
    const part = matching.slice(at, at + Math.min(pace.stride, room));
    await pace.take(part.length, ending);
    if (ending.aborted) return;
    const acted = await Promise.allSettled(part.map((letter) => run.act(letter)));
    const answers = acted.flatMap((act) => (act.status === 'fulfilled' ? [act.value] : []));
    const done = answers.filter(Boolean).length;
    at += part.length;
    progress.looked += answers.length;
    progress.done += done;
    progress.skipped += answers.length - done;
    tell();
    const failed = acted.find((act) => act.status === 'rejected');
    if (failed) throw failed.reason;
  }
  tell();
}

/** Waits until something may be added; at least 1, unless it is ending. */
async function roomOf<Letter>(run: Run<Letter>, endpoint: string): Promise<number> {
  const { progress, ending, tell } = run;
  const isHolding = (name: string): boolean => name !== endpoint;
  for (;;) {
    const room = await run.room(endpoint);
    if (room >= 1 || ending.aborted) {
      progress.holding = progress.holding.filter(isHolding);
      return Math.max(1, room);
    }
    progress.holding = [...progress.holding.filter(isHolding), endpoint];
    tell();
    await sleep(ROOM_INTERVAL_MS, ending);
  }
}
