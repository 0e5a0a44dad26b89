/**
 * Appends records to the segments of a folder. Records that come while others are on their way to the disk share
 * the next write and the next fsync, so that the disk's pace limits batches and not requests.
 *
 * What is written is only good as long as the folder is ours: a process that hung may wake up when another one has
 * fed and removed the file that it writes to. So each batch looks once more, behind the write.
 *
 * What fails, fails for the whole batch; the segment is then cut back to what was acknowledged and left alone,
 * since nobody knows what a file holds after an fsync that failed.
 */
import type { FileHandle } from 'node:fs/promises';
import { ignore } from '@longshore/event';
import { FILE_HEAD } from './frame.js';
import { addBytes, createSegment, removeSegment, type Segment } from './segment.js';

/** A segment ends at this size; a single record may be larger. */
const SEGMENT_BYTES = 4 * 2 ** 20;

/** Appends to the segment of now; many writes share one flush. */
export interface Writer {
  /**
   * Resolves when the record is on the disk (with `fsync`) or with the system. Rejects with {@link FolderLost} or the
   * system's error.
   */
  append(record: Buffer, source: string): Promise<void>;
  /** Ends the segment that is being written, if there is one. */
  cut(): Promise<void>;
  /** Writes what waits, then ends the segment. */
  close(): Promise<void>;
}

/** Where it writes, and what it asks before it does. */
export interface WriterParts {
  folder: string;
  /** Asked for at each write: it changes with the configuration. */
  fsync(): boolean;
  /** Is the folder still ours? */
  isHeld(): Promise<boolean>;
  /** Hears of each segment that ended with something in it, in order. */
  onSegment(segment: Segment): void;
}

/** Another process has the folder by now. */
export class FolderLost extends Error {
  constructor(folder: string) {
    super(`another process has ${folder}`);
  }
}

interface Waiting {
  record: Buffer;
  source: string;
  done(): void;
  failed(error: unknown): void;
}

interface Active {
  segment: Segment;
  file: FileHandle;
}

export function createWriter({ folder, fsync, isHeld, onSegment }: WriterParts): Writer {
  const waiting: Waiting[] = [];
  let active: Active | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  /** One thing at a time. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work);
    turn = result.catch(() => {}); // told by `result` itself
    return result;
  };

  const end = async (): Promise<void> => {
    const ended = active;
    active = undefined;
    if (!ended) return;
    await ended.file.close().catch(ignore('ingest.spool.clean'));
    if (ended.segment.requests > 0) onSegment(ended.segment);
    else await removeSegment(ended.segment).catch(ignore('ingest.spool.clean'));
  };

  const write = async (batch: readonly Waiting[]): Promise<void> => {
    const sync = fsync();
    if (!active) {
      active = await createSegment(folder, sync);
      await active.file.appendFile(FILE_HEAD);
    }
    const { segment, file } = active;
    const bytes = Buffer.concat(batch.map(({ record }) => record));
    await file.appendFile(bytes);
    if (sync) await file.datasync();
    if (!(await isHeld())) throw new FolderLost(folder);
    segment.size += bytes.length;
    segment.requests += batch.length;
    for (const { record, source } of batch) addBytes(segment.sources, source, record.length);
  };

  const flush = async (): Promise<void> => {
    if (waiting.length === 0) return;
    const batch = take(waiting);
    try {
      await write(batch);
      for (const { done } of batch) done();
      if (active && active.segment.size >= SEGMENT_BYTES) await end();
    } catch (error) {
      const { file, segment } = active ?? {};
      await file?.truncate(segment && FILE_HEAD.length + segment.size).catch(ignore('ingest.spool.clean'));
      await end();
      for (const { failed } of batch) failed(error);
    }
    if (waiting.length > 0) void inTurn(flush);
  };

  return {
    append(record, source) {
      return new Promise((done, failed) => {
        waiting.push({ record, source, done, failed });
        if (waiting.length === 1) void inTurn(flush);
      });
    },
    cut: () => inTurn(end),
    async close() {
      while (waiting.length > 0) await inTurn(flush);
      await inTurn(end);
    },
  };
}

/** What goes out together: all that waits, as long as it is no larger than a segment. */
function take(waiting: Waiting[]): Waiting[] {
  let [count, bytes] = [0, 0];
  for (const { record } of waiting) {
    if (count > 0 && bytes + record.length > SEGMENT_BYTES) break;
    count += 1;
    bytes += record.length;
  }
  return waiting.splice(0, count);
}
