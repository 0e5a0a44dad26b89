/** What is known of events beside themselves. */
import type { Routes } from './routes.js';

/** Where the events come from, and where they go. */
export interface PublishContext {
  routes: Routes;
  /** Name and kind of the source. */
  source: string;
  kind: string;
  /** Epoch milliseconds. */
  receivedAt: number;
  /** `performance.now()` at which the work on them began. */
  started: number;
  /** Size of what they came in: none of them is larger than about this. Absent: each one is measured. */
  bytes?: number;
  /** Bytes that the caller stores beside them: room is asked for both. With no event at all, the record is the caller's. */
  beside?: number;
  /** Address that they came from. */
  remote?: string;
  /** Who publishes archived events again, for the history. */
  by?: string;
  /** For the record. */
  detail?: string;
}
