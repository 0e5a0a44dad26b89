/**
 * What of a request goes out to Redis together. One round trip is enough for a request of the usual size; a large one
 * goes out in parts: each costs the process some milliseconds to write out as JSON, and the time-out of a command then
 * judges Redis and not what was piled up before it.
 */
import type { Delivery } from '@longshore/event';

/** Deliveries that go out together. */
export interface Part<D extends Delivery = Delivery> {
  deliveries: D[];
  /** About how many bytes they take on the connection. */
  bytes: number;
}

const PART_DELIVERIES = 500;
/** JSON of this size is written out in 10 to 30 ms. A delivery that is larger is a part of its own. */
export const PART_BYTES = 4 * 2 ** 20;
/** A delivery beside its payload: ids, keys, options. */
const OVERHEAD_BYTES = 1_024;
/** With the colon or comma behind it. */
const QUOTES_BYTES = 3;
const NUMBER_BYTES = 8;

/**
 * About the size of each delivery in bytes. Payloads are measured only where that can matter, and each one once: the
 * deliveries of one event share it.
 * @param most none is larger than about this
 */
export function sizesOf(deliveries: readonly Delivery[], most: number): number[] {
  if ((most + OVERHEAD_BYTES) * deliveries.length <= PART_BYTES) {
    return deliveries.map(() => most + OVERHEAD_BYTES);
  }
  const measured = new Map<unknown, number>();
  return deliveries.map(({ payload }) => {
    const bytes = measured.get(payload) ?? roughSize(payload);
    measured.set(payload, bytes);
    return bytes + OVERHEAD_BYTES;
  });
}

/**
 * About the bytes of a value's JSON. Writing it out to measure it would block the process as long as sending it; this
 * costs nothing for a long text, and does not see what has to be escaped.
 */
function roughSize(value: unknown): number {
  let bytes = 0;
  const open = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === 'string') bytes += next.length + QUOTES_BYTES;
    else if (Array.isArray(next)) for (const item of next) open.push(item);
    else if (typeof next === 'object' && next !== null) {
      for (const [key, item] of Object.entries(next)) {
        bytes += key.length + QUOTES_BYTES;
        open.push(item);
      }
    } else bytes += NUMBER_BYTES;
  }
  return bytes;
}

/** In their order. @param sizes in bytes, one for each delivery */
export function partsOf<D extends Delivery>(deliveries: readonly D[], sizes: readonly number[]): Part<D>[] {
  const parts: Part<D>[] = [];
  let part: Part<D> | undefined;
  for (const [index, delivery] of deliveries.entries()) {
    const size = sizes[index] ?? 0;
    if (!part || part.deliveries.length >= PART_DELIVERIES || part.bytes + size > PART_BYTES) {
      part = { deliveries: [], bytes: 0 };
      parts.push(part);
    }
    part.deliveries.push(delivery);
    part.bytes += size;
  }
  return parts;
}
