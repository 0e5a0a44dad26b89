/**
 * What of a request goes out to Redis together. One round trip is enough for a request of the usual size; a large one
 * goes out in parts: each costs the process some milliseconds to write out as JSON, and the time-out of a command then
 * judges Redis and not what was piled up before it.
 */
import type { Delivery } from '@longshore/event';

/** Deliveries that go out together. */
export interface Part {
  deliveries: Delivery[];
  /** About how many bytes they take on the connection. */
  bytes: number;
}

const PART_DELIVERIES = 500;
/** JSON of this size is written out in 10 to 30 ms. A delivery that is larger is a part of its own. */
export const PART_BYTES = 4 * 2 ** 20;
/** A delivery beside its payload: ids, keys, options. */
const OVERHEAD_BYTES = 1_024;

/**
 * Size of each delivery in bytes. Payloads are measured only where that can matter, and each one once: the deliveries of
 * one event share it.
 * @param most none is larger than about this
 */
export function sizesOf(deliveries: readonly Delivery[], most: number): number[] {
  if ((most + OVERHEAD_BYTES) * deliveries.length <= PART_BYTES) {
    return deliveries.map(() => most + OVERHEAD_BYTES);
  }
  const measured = new Map<unknown, number>();
  return deliveries.map(({ payload }) => {
    const bytes = measured.get(payload) ?? JSON.stringify(payload).length;
    measured.set(payload, bytes);
    return bytes + OVERHEAD_BYTES;
  });
}

/** In their order. @param sizes in bytes, one for each delivery */
export function partsOf(deliveries: readonly Delivery[], sizes: readonly number[]): Part[] {
  const parts: Part[] = [];
  let part: Part | undefined;
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
