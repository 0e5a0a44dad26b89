/** The words that every stage shares. */
export { compact, expand } from './compact.js';
export {
  type Delivery,
  deliveryOf,
  type EventView,
  type TakenEvent,
  viewOf,
} from './delivery.js';
export { DETAILS, type Details } from './details.js';
export { entryKey } from './entry-key.js';
export { ERRORS, type ErrorCode, LongshoreError } from './errors.js';
export {
  ACCEPTED_CLASSES,
  ACTIONS,
  type Action,
  type Descriptor,
  EVENT_CLASSES,
  EVENTS_V1,
  EVENTS_V2,
  type EventClass,
  IMAGE_ACTIONS,
  type ImageAction,
  type Payload,
  PULL_ACTIONS,
  type PullAction,
  type RegistryEvent,
  type Target,
} from './event.js';
export { eventOf, hostOf, isDescriptor, payloadValue, takenOf } from './event-of.js';
export { type Fact, factOf } from './fact.js';
export { type Facts, factsIn, factsOf, type Origin } from './facts.js';
export {
  eventName,
  formatDuration,
  formatNumber,
  formatSize,
  type ImageReference,
  imageName,
  plural,
  shortDigest,
} from './format.js';
export {
  globFault,
  globMatcher,
  MAX_GLOB_LENGTH,
  MAX_NAME_LENGTH,
  MAX_TAG_LENGTH,
} from './glob/glob.js';
export {
  type AttemptedEntry,
  type DeliveryState,
  type EventHistory,
  type FeedPage,
  type FeedPosition,
  type GapEntry,
  type GapReason,
  HISTORY_STEPS,
  type History,
  type HistoryAnswer,
  type HistoryDelivery,
  type HistoryEntry,
  type HistoryFeed,
  type HistoryGap,
  type HistoryLog,
  type HistoryQuery,
  type HistoryStep,
  type HistoryStore,
  type HistoryTerms,
  type HistoryWriter,
  type LastAnswer,
  type NotedDelivery,
  type QuarantinedEntry,
  type ReceivedEntry,
  type RecentEvents,
  type RetriedEntry,
  type SettledEntry,
  type StoredHistory,
  type UnquarantinedEntry,
} from './history.js';
export { type DeliveryKey, deliveryId, eventIdFrom } from './ids.js';
export { IGNORED_AT, type IgnoredAt, ignore, ignoredErrors } from './ignored.js';
export { isoTime } from './iso-time.js';
export { isDeeperThan, MAX_JSON_DEPTH, parseJson } from './json.js';
export { QUARANTINED_BODY_BYTES } from './limits.js';
export { type Had, lacks, type Needs } from './needs.js';
export {
  OUTAGE_REASONS,
  OWN_TROUBLES,
  type OwnTrouble,
  type Trouble,
  troubleOf,
} from './outage.js';
export {
  type Answer,
  type ArchiveReason,
  type BrokerReason,
  type FormatReason,
  isTlsReason,
  type Opening,
  type Outcome,
  type PreheatReason,
  REASONS,
  type Reason,
  type TransportReason,
} from './outcome.js';
export {
  type PreheatPart,
  type PreheatResult,
  type PreheatRun,
  type PreheatTally,
  skippedInWords,
  tallyOf,
} from './preheat.js';
export { excerpt, MOST_SHOWN, printable, printableLines } from './printable.js';
export { notBeforeOf } from './retry-after.js';
export { plannedDelay, type RetryPolicy, retryWindow } from './retry-policy.js';
export { isTest, type SampleImage, sampleEvent, testEvent } from './test-event.js';
export { localClock, localDay, localTime, localZone, type Moment, utcTime } from './time.js';
export { trimEnd } from './trim-end.js';
