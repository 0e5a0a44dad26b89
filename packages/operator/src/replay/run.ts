/**
 * Archived events of a window to one endpoint, oldest first, at a pace. Each page is enqueued before its place is
 * remembered, so a killed process repeats a page at most, and what it had enqueued is then known.
 */
import type { ReplayCounts, ReplayedEvent, ReplayRun } from '@longshore/archive/replay';
import { createPace, type DeadLetters, type Pace } from '@longshore/queue/dead';
import { EnqueueRefused } from '@longshore/queue/producer';
import { sum, zero } from './counts.js';
import { patiently, Stopped } from './patient.js';
import type { OperatorArchive, ReplayedPart, ReplayOptions, ReplayProgress, Republish } from './port.js';
import { type Sorted, type SortParts, sortEvents } from './sort.js';

/** What a run works with. */
export interface RunParts extends SortParts {
  archive: OperatorArchive;
  letters: Pick<DeadLetters, 'retry'>;
  republish: Republish;
  /** Rejects with LongshoreError QUEUE_UNAVAILABLE. */
  record(part: ReplayedPart): Promise<void>;
  /** In the records. */
  by: string;
}

/** So that a replay shares the receiver with what is fresh. */
const RATE = 100;

/** Events between two times that the place of a run is remembered. */
const PAGE = 200;

/** @returns whether the signal ended it. Rejects with what does not pass by itself */
export async function runReplay(
  run: Pick<ReplayRun, 'id' | 'settings' | 'place' | 'counts'>,
  parts: RunParts,
  progress: ReplayProgress,
  options: ReplayOptions,
): Promise<boolean> {
  const { archive } = parts;
  const { rate = RATE, dryRun = false, signal, onProgress } = options;
  const waits = (reason: string): void => {
    const changed = progress.waits !== reason;
    progress.waits = reason;
    if (changed) onProgress?.(progress);
  };
  const wait = { signal, waits };
  const pace = createPace(dryRun ? Number.POSITIVE_INFINITY : rate);
  const work: Work = { parts, pace, wait, dryRun, signal };
  let { place, counts } = run;
  try {
    for (;;) {
      const events = await patiently(() => archive.events.page(run.settings, place, PAGE), wait);
      const done = await replayPage(work, run.id, events, (part) => {
        progress.counts = sum(counts, part);
        onProgress?.(progress);
      });
      counts = sum(counts, done);
      place = events.at(-1)?.place ?? place;
      const isEnd = events.length < PAGE;
      if (!dryRun) await patiently(() => archive.runs.advance({ id: run.id, place, counts }, isEnd), wait);
      if (isEnd) return false;
    }
  } catch (error) {
    if (error instanceof Stopped) return true;
    throw error;
  }
}

interface Work {
  parts: RunParts;
  pace: Pace;
  wait: { signal?: AbortSignal; waits(reason: string): void };
  dryRun: boolean;
  signal?: AbortSignal;
}

async function replayPage(
  work: Work,
  run: string,
  events: readonly ReplayedEvent[],
  onPart: (counts: ReplayCounts) => void,
): Promise<ReplayCounts> {
  const { parts, pace, wait, dryRun, signal } = work;
  let done = zero();
  for (let at = 0; at < events.length; at += pace.stride) {
    const slice = events.slice(at, at + pace.stride);
    await pace.take(slice.length, signal);
    const sorted = await patiently(() => sortEvents(slice, parts), wait);
    const counts = dryRun ? planned(sorted) : await replaySlice(work, run, sorted);
    done = sum(done, counts);
    onPart(done);
  }
  return done;
}

/** What a slice would come to. */
const planned = ({ publish, dead, counts }: Sorted): ReplayCounts => ({
  ...counts,
  enqueued: publish.length,
  retried: dead.length,
});

async function replaySlice(work: Work, run: string, sorted: Sorted): Promise<ReplayCounts> {
  const { parts, wait } = work;
  const { endpoint, by, letters, record } = parts;
  const counts = { ...sorted.counts };
  const { dead } = sorted;
  if (dead.length > 0) {
    const filter = { endpoints: [endpoint], ids: dead };
    const retry = () => letters.retry(filter, by, { rate: Number.POSITIVE_INFINITY, held: () => true });
    const { done } = await patiently(retry, wait);
    counts.retried += done;
    // Someone else has retried or dropped them in the meantime.
    counts.waiting += dead.length - done;
  }
  const { enqueued, duplicates } = await publishAll(work, sorted);
  counts.enqueued += enqueued;
  counts.waiting += duplicates;
  counts.ignored += sorted.publish.length - enqueued - duplicates;
  if (enqueued + counts.retried > 0) await patiently(() => record({ ...counts, endpoint, run, by }), wait);
  return counts;
}

/** What Redis had stored of a part that it then refused is a duplicate when it comes again, and still ours. */
async function publishAll({ parts, wait }: Work, { publish }: Sorted) {
  if (publish.length === 0) return { enqueued: 0, duplicates: 0 };
  const { endpoint, by, republish } = parts;
  const bytes = publish.reduce((total, event) => total + event.bytes, 0);
  const events = publish.map(({ taken }) => taken);
  let stored = 0;
  const { enqueued, duplicates } = await patiently(async () => {
    try {
      return await republish(events, { endpoint, by, bytes });
    } catch (error) {
      if (error instanceof EnqueueRefused) stored += error.enqueued.filter(isNew).length;
      throw error;
    }
  }, wait);
  return { enqueued: enqueued + stored, duplicates: duplicates - stored };
}

const isNew = ({ duplicate, collapsedInto }: EnqueueRefused['enqueued'][number]): boolean =>
  !duplicate && collapsedInto === undefined;
