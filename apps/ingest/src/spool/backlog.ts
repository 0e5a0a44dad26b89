/** How much is in the spool of this process, in all and of each source: counted as it comes and goes. */
import { addBytes, type Segment } from './segment.js';

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
  reserve(source: string, bytes: number, sign?: 1 | -1): void;
  /** A segment that an earlier run has left. */
  add(segment: Segment): void;
  /** One request of a segment is out. */
  remove(segment: Segment): void;
  /** A segment with all that is in it. */
  forget(segment: Segment): void;
  fault(why: string | undefined): void;
  /** Bytes that a source may add. @param sources those that can be spooled, which share the room */
  roomOf(source: string, maxbytes: number, sources: readonly string[]): number;
}

/** @param onChange hears of each change. */
export function createBacklog(onChange: (state: SpoolState) => void): Backlog {
  const state: SpoolState = { requests: 0, bytes: 0, fault: 'is not open yet' };
  const held = new Map<string, number>();
  const count = (requests: number, bytes: number): void => {
    state.requests += requests;
    state.bytes += bytes;
    onChange(state);
  };
  return {
    state,
    reserve(source, bytes, sign = 1) {
      addBytes(held, source, sign * bytes);
      count(sign, sign * bytes);
    },
    add({ requests, size, sources }) {
      for (const [source, bytes] of sources) addBytes(held, source, bytes);
      count(requests, size);
    },
    remove(segment) {
      // After trouble with the disk a part of a segment is fed once more.
      if (segment.requests === 0) return;
      segment.requests -= 1;
      count(-1, 0);
    },
    forget(segment) {
      for (const [source, bytes] of segment.sources) addBytes(held, source, -bytes);
      count(-segment.requests, -segment.size);
      segment.sources.clear();
      segment.requests = 0;
      segment.size = 0;
    },
    fault(why) {
      state.fault = why;
    },
    roomOf(source, maxbytes, sources) {
      // Half of the room is for all; the other half is reserved in equal parts, so that no source locks out another.
      const share = sources.length > 1 ? Math.floor(maxbytes / 2 / sources.length) : 0;
      const others = sources.filter((other) => other !== source);
      const reserved = others.reduce((sum, other) => sum + Math.max(0, share - (held.get(other) ?? 0)), 0);
      return maxbytes - state.bytes - reserved;
    },
  };
}
