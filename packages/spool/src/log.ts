/** What the spool reports. The app that uses it makes records, log lines and metrics of it. */
import type { SpooledRequest } from './request.js';

/** A file that left the spool without being taken. */
export interface Aside {
  /** `damaged`: the disk changed it; `unreadable`: not a request; `failed`: a request that cannot be taken. */
  reason: 'damaged' | 'unreadable' | 'failed';
  bytes: number;
  /** Where it is kept. */
  file: string;
  source?: string;
  kind?: string;
  error?: unknown;
}

/** Where the spool reports what happens in it. Nothing here throws or waits. */
export interface SpoolLog {
  /** How much the spool holds has changed. */
  state(state: { requests: number; bytes: number }): void;
  /** Requests that were there when it was opened. */
  found(folder: string, requests: number): void;
  /** Requests that stay there when it is closed. */
  left(requests: number): void;
  /** The last one was taken. */
  empty(): void;
  taken(request: SpooledRequest): void;
  aside(what: Aside): void;
  /** A file disappeared, and no other process was there to take it. */
  gone(file: string): void;
  /** Another process considered this one dead and took its claimed requests over. */
  lost(folder: string): void;
  /** An older version's file was converted into one file for each of its requests. */
  converted(file: string, requests: number): void;
  /** The last record of an older version's file was cut off, before its request was answered. */
  truncated(file: string, bytes: number): void;
  /** The disk has no space to convert what an older version left in this folder. It is tried again. */
  unconverted(folder: string, error: unknown): void;
  /** The disk refused something. It is tried again. @param nextStep what an operator does about it, if that is known */
  trouble(error: unknown, nextStep?: string): void;
}
