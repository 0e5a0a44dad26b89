/**
 * Which of the deliveries of a call go into its request, and its body. They keep their order, and none is skipped for
 * a smaller one behind it, so that an endpoint with an order keeps it. What is left is sent by a later call.
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
}

/** How the body is made. */
export interface BodyOptions extends RenderOptions {
  format: Format;
  /** The longest body with several events; one event alone may be larger. 0: one event for each request. */
  bytes: number;
}

/** The request, and the deliveries that this version cannot read. */
export interface Chosen {
  /** Undefined when none can be read. */
  outgoing?: Outgoing;
  unreadable: ReadonlySet<Delivery>;
}

/** See the header. */
export function chooseOutgoing(deliveries: readonly Delivery[], options: BodyOptions): Chosen {
  const { format, bytes } = options;
  const unreadable = new Set<Delivery>();
  const taken: Delivery[] = [];
  let contentType = '';
  let body: Buffer | undefined;
  /** Slightly more than the body will have: each event is counted with an envelope of its own. */
  let size = 0;
  for (const delivery of deliveries) {
    if (taken.length > 0 && (!format.batches || format.contentType(delivery) !== contentType)) break;
    const alone = format.render([delivery], options);
    if (alone === undefined) {
      unreadable.add(delivery);
      continue;
    }
    if (taken.length > 0 && size + alone.length > bytes) break;
    if (taken.length === 0) [body, contentType] = [alone, format.contentType(delivery)];
    taken.push(delivery);
    size += alone.length;
  }
  if (taken.length > 1) body = format.render(taken, options);
  return { outgoing: body && { deliveries: taken, body, contentType }, unreadable };
}

/** The `Idempotency-Key`: a delivery's id, or one over the ids of a batch, the same for the same members in any order. */
export function keyOf(deliveries: readonly Delivery[]): string {
  const [first, ...others] = deliveries.map(({ id }) => id).sort();
  if (first !== undefined && others.length === 0) return first;
  return hash('sha256', JSON.stringify([first, ...others]), 'hex').slice(0, 32);
}
