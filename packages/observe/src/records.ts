/**
 * Everything that is said about an event: one flat log line for each unit of work, with every id it touched.
 * A new way for an event to end starts here, with its fields; its level, message and words are in
 * `records-table.ts`.
 *
 * What moves which metric is in `recorder.ts`; a line and its metrics always come from the same call.
 */
import type { EventView, Outcome, PreheatRun, Reason } from '@longshore/event';

/** Levels that records and life-cycle lines use. */
export type Level = 'debug' | 'info' | 'warn' | 'error';

/** One event of a request, as far as a log line needs it. */
export interface EventSummary extends Pick<EventView, 'action' | 'repository' | 'tag' | 'digest'> {
  id: string;
}

/** The fields of each record. What is undefined is left out of the line. */
export interface RecordFields {
  'event.received': {
    source: string;
    kind: string;
    /** The first 1,000. */
    events: EventSummary[];
    /** How many there are besides; absent for none. */
    eventsNotListed?: number;
    /** Events taken. */
    accepted: number;
    /** Deliveries that are durable now. */
    enqueued: number;
    /** Deliveries that were known already. */
    duplicates: number;
    /** Deliveries that were not made because the endpoint's rules ignore the event. */
    ignored: number;
    /** Deliveries that were not made because their fact was told to the endpoint just before; absent for none. */
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
  'event.refused': { source: string; status: number; reason: string; detail?: string };
  'event.spooled': {
    source: string;
    kind: string;
    /** Error code of what kept Redis from having it, or `order`. */
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
    outcome: Outcome['kind'];
    status?: number;
    reason: Reason;
    ms: number;
    /** Epoch milliseconds; the line has it as ISO 8601. */
    retryAt?: number;
    detail?: string;
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
  'alert.sent': AlertFields & { /** Attempts that it took. */ attempts: number };
  'alert.failed': AlertFields & {
    attempt: number;
    status?: number;
    reason: Reason;
    /** Epoch milliseconds; the line has it as ISO 8601. Absent: it is not tried again in this window. */
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
    /** Id of the delivery that told the same fact first. */
    into: string;
    action?: string;
    repository?: string;
    tag?: string;
  };
  'preheat.finished': Pick<
    PreheatRun,
    'endpoint' | 'deliveryId' | 'repository' | 'tag' | 'digest' | 'result'
  > & {
    warmed: number;
    already: number;
    asked: number;
    skipped: number;
    failed: number;
    /** Bytes moved. */
    bytes: number;
    ms: number;
    /** Milliseconds from the receipt of the event. */
    ageMs: number;
    detail?: string;
  };
}

/** One message of `alerts` to one of its receivers. */
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
