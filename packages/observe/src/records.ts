/**
 * The fields of all records about events: one flat log line for each unit of work, with every id it touched. A new way
 * for an event to end starts here; its level, message and description are in `records-table.ts`.
 *
 * `recorder.ts` updates the metrics; a line and its metrics always come from the same call.
 */
import type { EventView, Outcome, PreheatRun, Reason } from '@longshore/event';

/** Levels that records and life-cycle lines use. */
export type Level = 'debug' | 'info' | 'warn' | 'error';

/** One event of a request, as far as a log line needs it. */
export interface EventSummary extends Pick<EventView, 'action' | 'repository' | 'tag' | 'digest'> {
  id: string;
}

/** The fields of each record. Undefined fields are omitted from the line. */
export interface RecordFields {
  'event.received': {
    source: string;
    kind: string;
    /** The first 1,000. */
    events: EventSummary[];
    /** Number of events that are not listed; absent for none. */
    eventsNotListed?: number;
    /** Events accepted. */
    accepted: number;
    /** Deliveries enqueued. */
    enqueued: number;
    /** Deliveries that existed already. */
    duplicates: number;
    /** Deliveries that the endpoint's rules ignore. */
    ignored: number;
    /** Deliveries collapsed as duplicates of an equal event; absent for none. */
    collapsed?: number;
    /** Deliveries that Redis refused: the request is answered 503 or spooled; absent for none. */
    missing?: number;
    ms: number;
    detail?: string;
  };
  'event.quarantined': {
    source: string;
    kind?: string;
    /** One of a fixed set of sentences. */
    reason: string;
    bytes: number;
    quarantineId: string;
    detail?: string;
  };
  'event.replayed': {
    endpoint: string;
    /** Id of the replay. */
    run: string;
    by: string;
    /** Archived events that were looked at. */
    events: number;
    enqueued: number;
    had: number;
    waiting: number;
    retried: number;
    ignored: number;
    unreadable: number;
  };
  'event.refused': { source: string; status: number; reason: string; detail?: string };
  'event.spooled': {
    source: string;
    kind: string;
    /** Error code of the Redis failure. */
    reason: string;
    bytes: number;
  };
  'event.aside': {
    source: string;
    kind?: string;
    reason: 'damaged' | 'unreadable' | 'failed';
    bytes: number;
    file: string;
    detail?: string;
  };
  'delivery.attempted': {
    endpoint: string;
    deliveryId: string;
    eventId?: string;
    action?: string;
    repository?: string;
    tag?: string;
    /** Of an event without a tag. */
    digest?: string;
    attempt: number;
    /** Deliveries in the same request; absent for one alone. */
    batch?: number;
    outcome: Outcome['kind'];
    status?: number;
    reason: Reason;
    ms: number;
    /** Epoch milliseconds; the line has it as ISO 8601. */
    retryAt?: number;
    detail?: string;
  };
  'delivery.superseded': {
    endpoint: string;
    deliveryId: string;
    eventId?: string;
    action?: string;
    repository?: string;
    tag?: string;
    /** Id of the newer delivery. */
    by: string;
  };
  'delivery.settled': {
    endpoint: string;
    deliveryId: string;
    eventId?: string;
    action?: string;
    repository?: string;
    tag?: string;
    attempts: number;
    outcome: Settlement;
    /** Set by the recorder: it is in the dead-letter set. */
    kept?: true;
    reason?: string;
    detail?: string;
  };
  'alert.sent': AlertFields & { /** Number of attempts. */ attempts: number };
  'alert.failed': AlertFields & {
    attempt: number;
    status?: number;
    reason: Reason;
    /** Epoch milliseconds; the line has it as ISO 8601. Absent: it is not retried in this window. */
    retryAt?: number;
    detail?: string;
  };
  'delivery.replayed': {
    endpoint: string;
    deliveryId: string;
    eventId?: string;
    action?: string;
    repository?: string;
    tag?: string;
    attempts: number;
    reason?: string;
    by: string;
  };
  'delivery.counted': {
    endpoint: string;
    outcome: 'replayed' | 'dropped' | 'expired';
    count: number;
    by: string;
  };
  'delivery.ignored': {
    endpoint: string;
    /** Which of the endpoint's rules. */
    rule: string;
    deliveryId?: string;
    eventId?: string;
    action?: string;
    repository?: string;
    tag?: string;
  };
  'delivery.collapsed': {
    endpoint: string;
    deliveryId: string;
    eventId: string;
    /** Id of the delivery of the first event. */
    into: string;
    action?: string;
    repository?: string;
    tag?: string;
  };
  'endpoint.held': {
    endpoint: string;
    /** Of the last failure. */
    reason: string;
    /** Deliveries that wait. */
    waiting?: number;
    /** Epoch milliseconds; the line has them as ISO 8601. */
    probeAt?: number;
    until?: number;
    detail?: string;
  };
  'endpoint.recovered': EndpointEnd & {
    /** Deliveries that waited when the hold ended. */
    waited: number;
    /** Dead letters of the outage that were revived. */
    revived: number;
  };
  'endpoint.released': EndpointEnd;
  'archive.dropped': {
    partition: string;
    /** Epoch milliseconds; the line has it as ISO 8601. */
    since: number;
    until: number;
    bytes: number;
    why: 'age' | 'size';
  };
  'operator.acted': {
    actor: string;
    kind: string;
    role: string;
    by: string;
    action: string;
    endpoint?: string;
    filter?: string;
    count?: number;
    result: 'started' | 'done' | 'stopped' | 'failed';
    addr?: string;
    /** Epoch milliseconds; the line has it as ISO 8601. */
    at: number;
  };
  'queue.lost': {
    /** Epoch milliseconds; the line has both as ISO 8601. */
    from: number;
    until: number;
    state: 'empty' | 'older';
    detail: string;
  };
  'preheat.finished': ImageEnd;
  'copy.finished': ImageEnd;
}

/** The end of a preheat or copy. */
type ImageEnd = Pick<PreheatRun, 'endpoint' | 'deliveryId' | 'repository' | 'tag' | 'digest' | 'result'> & {
  warmed: number;
  already: number;
  asked: number;
  skipped: number;
  failed: number;
  /** Bytes transferred. */
  bytes: number;
  ms: number;
  /** Milliseconds from the receipt of the event. */
  ageMs: number;
  detail?: string;
};

/** The end of a hold. */
interface EndpointEnd {
  endpoint: string;
  /** How long it lasted. */
  heldMs: number;
  /** Of the last failure. */
  reason?: string;
  detail?: string;
}

/** One notification to one receiver of `alerts`. */
interface AlertFields {
  /** Which condition. */
  alert: string;
  state: 'firing' | 'resolved';
  /** Name of the receiver in `alerts`. */
  receiver: string;
  /** Absent for alerts about the relay as a whole. */
  endpoint?: string;
  summary: string;
}

/** How a delivery ended: `expired` by retention, `dropped` by an operator, both out of the dead-letter set. */
export type Settlement = 'delivered' | 'dead' | 'expired' | 'dropped';

/** Every record’s name: the field `record` of its line. */
export type RecordName = keyof RecordFields;
