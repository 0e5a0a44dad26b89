/**
 * One event for one endpoint: the unit that is queued, attempted, settled and replayed.
 * It is stored as a job's data, so it contains no secret and no settings of the endpoint.
 */
import type { Descriptor, EventClass, Payload, RegistryEvent } from './event.js';
import { deliveryId } from './ids.js';

/** The few fields that ignore rules and records read. Kept small: it is stored with each delivery. */
export interface EventView {
  action: string;
  repository?: string;
  tag?: string;
  digest?: string;
  mediaType?: string;
}

/** See the header. Times are epoch milliseconds. The whole normalized event: `eventOf(delivery)`. */
export interface Delivery {
  /** Also the job id, the `Idempotency-Key` and `X-Longshore-Delivery`. */
  id: string;
  /** Name of the endpoint. */
  endpoint: string;
  eventId: string;
  /** Name of the source that the event came through. */
  source: string;
  /** Kind of that source: `distribution`, `harbor` … */
  kind: string;
  class: EventClass;
  nativeType: string;
  /** Epoch milliseconds at which ingest had read the request. */
  receivedAt: number;
  /** `Content-Type` of the envelope at the receiver. */
  contentType: string;
  view: EventView;
  /** The event's timestamp as the sender wrote it, where `payload` has another form of it. */
  timestamp?: string;
  /** See {@link TakenEvent.dedupe}: with it the event's delivery to any other endpoint can be computed. */
  dedupe?: string;
  payload: Payload;
  /** See {@link TakenEvent.references}; only for an endpoint that is no receiver. */
  references?: readonly Descriptor[];
}

/** An event as a source returns it: the view, the payload, and its origin. */
export interface TakenEvent {
  event: RegistryEvent;
  payload: Payload;
  contentType: string;
  source: string;
  kind: string;
  receivedAt: number;
  /**
   * What makes it the same event as another, where the id does not by itself: ids of CloudEvents are unique
   * only with their `source`. Absent: the id.
   */
  dedupe?: string;
  /** What a manifest lists, where the event has it and `payload` does not, since no receiver wants it. */
  references?: readonly Descriptor[];
}

/** The view of an event, from its normalized form. */
export function viewOf(event: RegistryEvent): EventView {
  const { repository, tag, digest, mediaType } = event.target;
  return { action: event.action, repository, tag, digest, mediaType };
}

/** The delivery of one accepted event to one endpoint. Same event, source and endpoint: same id. */
export function deliveryOf(taken: TakenEvent, endpoint: string): Delivery {
  const { event, payload, contentType, source, kind, receivedAt, dedupe } = taken;
  return {
    id: deliveryId({ endpoint, source, eventId: dedupe ?? event.id }),
    endpoint,
    eventId: event.id,
    source,
    kind,
    class: event.class,
    nativeType: event.nativeType,
    receivedAt,
    contentType,
    view: viewOf(event),
    ...(isRewritten(taken) && { timestamp: event.timestamp }),
    ...(dedupe !== undefined && { dedupe }),
    payload,
  };
}

/** A receiver reads RFC 3339 only, so another form of a time is rewritten in what is delivered. */
const isRewritten = ({ event: { timestamp }, payload }: TakenEvent): boolean =>
  timestamp !== undefined && payload.event !== undefined && payload.event.timestamp !== timestamp;
