/**
 * Which of the deliveries of a call go into its request, and its body. They keep their order, and none is skipped for
 * a smaller one behind it. One of another media type is skipped unless the endpoint has an order: two registries of
 * different versions would else make requests of one event each. What is left is sent by a later call.
 */
import { hash } from 'node:crypto';
import type { Delivery, Outcome } from '@longshore/event';
import type { Format, RenderOptions } from '@longshore/formats';
import { TemplateFault } from '@longshore/formats/template';

/** One request, but for its headers. */
export interface Outgoing {
  /** What it holds. At least one. */
  deliveries: readonly Delivery[];
  /** The exact bytes. */
  body: Buffer;
  contentType: string;
  /** Of the format, by name. */
  headers?: Readonly<Record<string, string>>;
  /** Of the format: path and query in place of the url's. */
  path?: string;
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

/** The request, and the deliveries that none can be made of. */
export interface Chosen {
  /** Undefined when there is none. */
  outgoing?: Outgoing;
  impossible: ReadonlyMap<Delivery, Outcome>;
}

/** Of a delivery that another version has stored. */
export const UNREADABLE: Outcome = {
  kind: 'dead',
  reason: 'undecodable',
  detail:
    'the stored delivery holds no event that this version can read; it was stored by another version, which can deliver it',
};

/** See the header. */
export function chooseOutgoing(deliveries: readonly Delivery[], options: BodyOptions): Chosen {
  const { format, batch } = options;
  const most = batch && format.batches?.(options) ? deliveries.length : 1;
  const { bytes = 0, ordered = false } = batch ?? {};
  const impossible = new Map<Delivery, Outcome>();
  const taken: Delivery[] = [];
  let first: Pick<Outgoing, 'body' | 'contentType' | 'path'> | undefined;
  /** Slightly more than the body will have: each event is counted with an envelope of its own. */
  let size = 0;
  for (const delivery of deliveries) {
    if (taken.length === most) break;
    const contentType = format.contentType(delivery, options);
    if (first && contentType !== first.contentType) {
      if (ordered) break;
      continue;
    }
    const made = requestOf(delivery, options);
    if ('kind' in made) {
      impossible.set(delivery, made);
      continue;
    }
    size += made.body.length;
    if (first && size > bytes) break;
    first ??= { ...made, contentType };
    taken.push(delivery);
  }
  if (!first) return { impossible };
  const body = taken.length > 1 ? format.render(taken, options) : first.body;
  const headers = format.headers?.(taken, options);
  return { outgoing: body && { ...first, body, headers, deliveries: taken }, impossible };
}

/** Of one event by itself; an outcome where that cannot be. */
function requestOf(
  delivery: Delivery,
  { format, ...options }: BodyOptions,
): Pick<Outgoing, 'body' | 'path'> | Outcome {
  try {
    const body = format.render([delivery], options);
    return body ? { body, path: format.path?.(delivery, options) } : UNREADABLE;
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error;
    const detail = `no request can be made of this event: ${error.message}; correct the template, then retry it`;
    return { kind: 'dead', reason: 'template', detail };
  }
}

/** The `Idempotency-Key`: a delivery's id, or one over the ids of a batch, the same for the same members in any order. */
export function keyOf(deliveries: readonly Delivery[]): string {
  const [first, ...others] = deliveries.map(({ id }) => id).sort();
  if (first !== undefined && others.length === 0) return first;
  return hash('sha256', JSON.stringify([first, ...others]), 'hex').slice(0, 32);
}
