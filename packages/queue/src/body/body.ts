/**
 * An event's part of its deliveries, as one body that they share: what it is, and what is delivered. The job itself
 * holds nothing but the name of the body, so that a waiting delivery is small and ten endpoints store it once.
 */
import { hash } from 'node:crypto';
import { compact, type Delivery, EVENT_CLASSES, expand, type Payload } from '@longshore/event';
import { z } from 'zod';
import { asJson, aView } from '../stored-json.js';
import { BODY_HEAD_BYTES } from './body-lua.js';

/** A body on its way into Redis. */
export interface Body {
  /** Names it: a digest of what is in it. */
  ref: string;
  /** Length of the text, and the compact text. */
  data: Buffer;
}

/** What a delivery is about, without what is delivered. */
export type About = Omit<Delivery, 'id' | 'endpoint' | 'payload' | 'references'>;

/** {@link About} as JSON has it. */
export const aboutSchema = z.object({
  eventId: z.string(),
  source: z.string(),
  kind: z.string(),
  class: z.enum(EVENT_CLASSES),
  nativeType: z.string(),
  receivedAt: z.number(),
  contentType: z.string(),
  view: aView,
  timestamp: z.string().optional(),
  dedupe: z.string().optional(),
});

const descriptor = z.looseObject({
  mediaType: z.string().optional(),
  digest: z.string().optional(),
  size: z.number().optional(),
});

/** `exact`: the payload's text does not survive a round trip through JavaScript. */
const headSchema = aboutSchema.extend({
  exact: z.literal(true).optional(),
  references: z.array(descriptor).optional(),
});

/** Without what differs between the deliveries of an event; exactly these members, a caller may have added others. */
export function aboutOf(delivery: Delivery): About {
  const { eventId, source, kind, nativeType, receivedAt, contentType, view, timestamp, dedupe } = delivery;
  const about = { eventId, source, kind, class: delivery.class, nativeType, receivedAt, contentType, view };
  return {
    ...about,
    ...(timestamp !== undefined && { timestamp }),
    ...(dedupe !== undefined && { dedupe }),
  };
}

/** The body of a delivery: the same for each endpoint, but for `references`. On a thread for a large one. */
export function encodeBody(delivery: Delivery): Body | Promise<Body> {
  const { references } = delivery;
  const { text, event } = delivery.payload;
  const head = {
    ...aboutOf(delivery),
    ...(text !== undefined && { exact: true }),
    ...(references && { references }),
  };
  const raw = Buffer.from(`${JSON.stringify(head)}\n${text ?? JSON.stringify(event ?? {})}`);
  const packed = compact(raw);
  return packed instanceof Promise ? packed.then((data) => named(raw, data)) : named(raw, packed);
}

function named(raw: Buffer, packed: Buffer): Body {
  const data = Buffer.allocUnsafe(4 + packed.length);
  data.writeUInt32BE(raw.length);
  packed.copy(data, 4);
  return { ref: hash('sha256', data, 'base64url').slice(0, 22), data };
}

/** Length of the text in a stored body. */
export const textLength = (stored: Buffer): number =>
  stored.length < BODY_HEAD_BYTES ? 0 : stored.readUInt32BE(4);

/** Its class of events is one that this version does not know: a newer one stored it, and can deliver it. */
export class NewerClass extends Error {
  override readonly name = 'NewerClass';
}

const classed = z.object({ class: z.string() });

/** @throws Error with what is damaged, {@link NewerClass} */
export function decodeBody(stored: Buffer): Omit<Delivery, 'id' | 'endpoint'> {
  const raw = expand(stored.subarray(BODY_HEAD_BYTES), textLength(stored));
  const end = raw.indexOf('\n');
  const { exact, ...about } = headOf(asJson(raw.slice(0, end)));
  const text = raw.slice(end + 1);
  return { ...about, payload: exact ? exactly(text) : lazily(text) };
}

function headOf(head: unknown): z.output<typeof headSchema> {
  const read = headSchema.safeParse(head);
  if (read.success) return read.data;
  const { class: eventClass } = classed.safeParse(head).data ?? {};
  if (eventClass !== undefined && !EVENT_CLASSES.some((known) => known === eventClass))
    throw new NewerClass(`its class of events, ${eventClass}, is not known to this version`);
  throw read.error;
}

function exactly(text: string): Payload {
  return { ...lazily(text), text };
}

/** The text as it is; it is parsed when somebody wants the value, which a delivery over HTTP does not. */
function lazily(json: string): Payload {
  let event: Payload['event'];
  const payload: Payload = {
    get event() {
      event ??= JSON.parse(json);
      return event;
    },
  };
  Object.defineProperty(payload, 'json', { value: json, enumerable: false });
  return payload;
}
