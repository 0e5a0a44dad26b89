/** The segments of this process that are to be fed in, oldest first, and the wait for the next one. */
import { dirname } from 'node:path';
import type { Segment } from './segment.js';

/** See the header. */
export interface SegmentQueue {
  add(segment: Segment): void;
  remove(segment: Segment): void;
  /** Takes those of a folder out. */
  removeIn(folder: string): Segment[];
  holdsIn(folder: string): boolean;
  /** The first one, once there is one; it stays. Undefined when the signal is aborted. */
  next(signal: AbortSignal): Promise<Segment | undefined>;
  /** Whoever waits looks again. */
  wake(): void;
}

/** @param cut ends the segment that is being written, so that it can be fed; called whenever nothing else is there */
export function createSegmentQueue(cut: () => Promise<void> | undefined): SegmentQueue {
  const queue: Segment[] = [];
  let wake = (): void => {};
  return {
    add(segment) {
      queue.push(segment);
      wake();
    },
    remove(segment) {
      const at = queue.indexOf(segment);
      if (at !== -1) queue.splice(at, 1);
    },
    removeIn(folder) {
      const all = queue.splice(0);
      queue.push(...all.filter((segment) => !isIn(folder, segment)));
      return all.filter((segment) => isIn(folder, segment));
    },
    holdsIn: (folder) => queue.some((segment) => isIn(folder, segment)),
    async next(signal) {
      for (;;) {
        if (signal.aborted) return undefined;
        const [first] = queue;
        if (first) return first;
        // Before the cut: what it adds must not be missed.
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        await cut();
        if (queue.length === 0 && !signal.aborted) await woken;
      }
    },
    wake: () => wake(),
  };
}

const isIn = (folder: string, { path }: Segment): boolean => dirname(path) === folder;
