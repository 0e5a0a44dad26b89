/**
 * Which of the deliveries of a call go into its request, and its body. They keep their order, and none is skipped for
 * a smaller one behind it. One of another media type is skipped unless the endpoint has an order: two registries of
 * different versions would else make requests of one event each. What is left is sent by a later call.
 */
import { hash } from 'node:crypto';
import type { Delivery } from '@longshore/event';
import type { Format, RenderOptions } from '@longshore/formats';

/** One request, but for its headers. */
export interface Outgoing {
  /** What it holds. At least one. */
  deliveries: readonly Delivery[];
  /** The exact bytes. */
  body: Buffer;
  contentType: string;
  /** Of the format, by name. */
  headers?: Readonly<Record<string, string>>;
}

/** How many events go into one request. */
export interface BatchLimits {
  /** The longest body with several events; one event alone may be larger. */
  bytes: number;
  /** The endpoint has an order: no delivery is sent before one that is in front of it. Default: false. */
  ordered?: boolean;
}

/** How the body is made. */
export interface BodyOptions extends RenderOptions {
  format: Format;
  /** Absent: one event for each request. */
  batch?: BatchLimits;
}

/** The request, and the deliveries that this version cannot read. */
export interface Chosen {
  /** Undefined when none can be read. */
  outgoing?: Outgoing;
  unreadable: ReadonlySet<Delivery>;
}

/** See the header. */
export function chooseOutgoing(deliveries: readonly Delivery[], options: BodyOptions): Chosen {
  const { format, batch } = options;
  const most = batch && format.batches?.(options) ? deliveries.length : 1;
  const { bytes = 0, ordered = false } = batch ?? {};
  const unreadable = new Set<Delivery>();
  const taken: Delivery[] = [];
  let first: Pick<Outgoing, 'body' | 'contentType'> | undefined;
  /** Slightly more than the body will have: each event is counted with an envelope of its own. */
  let size = 0;
  for (const delivery of deliveries) {
    if (taken.length === most) break;
    const contentType = format.contentType(delivery, options);
    if (first && contentType !== first.contentType) {
      if (ordered) break;
      continue;
    }
    const body = format.render([delivery], options);
    if (body === undefined) {
      unreadable.add(delivery);
      continue;
    }
    size += body.length;
    if (first && size > bytes) break;
    first ??= { body, contentType };
    taken.push(delivery);
  }
  if (!first) return { unreadable };
  const body = taken.length > 1 ? format.render(taken, options) : first.body;
  const headers = format.headers?.(taken, options);
  return { outgoing: body && { ...first, body, headers, deliveries: taken }, unreadable };
}

/** The `Idempotency-Key`: a delivery's id, or one over the ids of a batch, the same for the same members in any order. */
export function keyOf(deliveries: readonly Delivery[]): string {
  const [first, ...others] = deliveries.map(({ id }) => id).sort();
  if (first !== undefined && others.length === 0) return first;
  return hash('sha256', JSON.stringify([first, ...others]), 'hex').slice(0, 32);
}
