/** What an operator looks at and changes: `@longshore/queue/operator`. */

export {
  createHoldReader,
  createHoldSwitch,
  type Hold,
  type HoldReader,
  type HoldSwitch,
} from './hold/hold.js';
export { createInspector, type Inspector, type QueueCounts } from './inspector.js';
export type { BulkOptions, BulkProgress, BulkResult } from './operate/dead-bulk.js';
export type { DeadLetter, DeadLetterDetail } from './operate/dead-letter.js';
export { createDeadLetters, type DeadLetters, type Page } from './operate/dead-letters.js';
export type { DeadFilter } from './operate/dead-source.js';
export {
  createDeliveries,
  type Deliveries,
  type StoredDelivery,
  type StoredDeliveryDetail,
} from './operate/deliveries.js';
export { createJournal, type Journal, type JournalEntry, type OperatedDelivery } from './operate/journal.js';
export {
  type CountedNotes,
  createJournalReader,
  type JournalReader,
  type NotesPage,
  type StoredNote,
} from './operate/journal-reader.js';
export { DELIVERY_STATES, type ListedState } from './operate/look.js';
export { createPauses, type Pause, type Pauses } from './operate/pauses.js';
export {
  createQuarantine,
  type Quarantine,
  type Quarantined,
  type QuarantineEntry,
  type QuarantineFilter,
  quarantineLimits,
} from './operate/quarantine.js';
export type { StoredEvent } from './operate/stored.js';
export type { Position } from './operate/walk.js';
export { createPreheatRuns, type PreheatRuns } from './preheat/runs.js';
export { type Backlog, largestBacklog } from './pulse/backlog.js';
export {
  ENDPOINT_STATES,
  type EndpointStateName,
  type EndpointSwitches,
  stateOf,
  TROUBLED_STATES,
} from './pulse/endpoint-state.js';
export { createMemoryHistory, type MemoryHistory, type MemorySample } from './pulse/memory-history.js';
export { createPulseReader, type EndpointPulse, type PulseReader } from './pulse/pulse-reader.js';
export type {
  AttemptedEntry,
  DropReason,
  QuarantinedEntry,
  ReceivedEntry,
  RetriedEntry,
  SettledEntry,
  TrailEntry,
  UnquarantinedEntry,
} from './trail/entry.js';
export { STEPS } from './trail/entry.js';
export { type TrailLimits, trailLimits } from './trail/limits.js';
export { createTracer } from './trail/tracer.js';
export type {
  DeliveryState,
  Traced,
  Tracer,
  Trail,
  TrailDelivery,
  TrailGap,
  TrailQuery,
  TrailStep,
  TrailWriter,
} from './trail/trail.js';
export { createTrail, type TrailOptions } from './trail/writer.js';
