/** What an operator looks at and changes: `@longshore/queue/operator`. */

export type { BulkOptions, BulkProgress, BulkResult } from './dead-bulk.js';
export type { DeadLetter, DeadLetterDetail } from './dead-letter.js';
export { createDeadLetters, type DeadLetters, type Page } from './dead-letters.js';
export type { DeadFilter } from './dead-source.js';
export {
  createDeliveries,
  type Deliveries,
  type StoredDelivery,
  type StoredDeliveryDetail,
} from './deliveries.js';
export {
  ENDPOINT_STATES,
  type EndpointState,
  type EndpointStateName,
  type EndpointSwitches,
  inWords,
  rateOf,
  stateOf,
} from './endpoint-state.js';
export { createInspector, type Inspector, type QueueCounts } from './inspector.js';
export { createJournal, type Journal, type JournalEntry, type OperatedDelivery } from './journal.js';
export { DELIVERY_STATES, type ListedState } from './look.js';
export { createPauses, type Pause, type Pauses } from './pauses.js';
export { createPreheatRuns, type PreheatRuns } from './preheat-runs.js';
export { createPulseReader, type EndpointPulse, type PulseReader } from './pulse-reader.js';
export {
  createQuarantine,
  type Quarantine,
  type Quarantined,
  type QuarantineEntry,
  type QuarantineFilter,
  quarantineLimits,
} from './quarantine.js';
export type { StoredEvent } from './stored.js';
export type {
  AttemptedEntry,
  DropReason,
  PlannedDelivery,
  QuarantinedEntry,
  ReceivedEntry,
  RetriedEntry,
  SettledEntry,
  TrailEntry,
  UnquarantinedEntry,
} from './trail/entry.js';
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
export type { Position } from './walk.js';
