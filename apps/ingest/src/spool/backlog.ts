/** How much is in the spool of this process: counted as it comes and goes, so that nobody has to look. */
import type { Segment } from './segment.js';

/** What is in the spool of this process now. */
export interface SpoolState {
  requests: number;
  bytes: number;
  /** Why it cannot take anything, in words that follow "the spool". */
  fault?: string;
}

/** How much the spool holds, kept in step with what is written and fed in. */
export interface Backlog {
  readonly state: Readonly<SpoolState>;
  /** A request that is about to be written, or, with -1, was not. */
  reserve(bytes: number, sign?: 1 | -1): void;
  /** A segment that an earlier run has left. */
  add(segment: Segment): void;
  /** One request of a segment is out. */
  remove(segment: Segment): void;
  /** A segment with all that is in it. */
  forget(segment: Segment): void;
  fault(why: string | undefined): void;
}

/** @param onChange hears of each change. */
export function createBacklog(onChange: (state: SpoolState) => void): Backlog {
  const state: SpoolState = { requests: 0, bytes: 0, fault: 'is not open yet' };
  const count = (requests: number, bytes: number): void => {
    state.requests += requests;
    state.bytes += bytes;
    onChange(state);
  };
  return {
    state,
    reserve: (bytes, sign = 1) => count(sign, sign * bytes),
    add: ({ requests, size }) => count(requests, size),
    remove(segment) {
      // After trouble with the disk a part of a segment is fed once more.
      if (segment.requests === 0) return;
      segment.requests -= 1;
      count(-1, 0);
    },
    forget(segment) {
      count(-segment.requests, -segment.size);
      segment.requests = 0;
      segment.size = 0;
    },
    fault(why) {
      state.fault = why;
    },
  };
}
