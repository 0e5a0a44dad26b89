/**
 * Ids are deterministic, not random: the same webhook twice is the same event, and the same event for the same
 * endpoint is the same delivery. They do not contain the time, so a resend hours later is still recognized.
 */
import { createHash, hash } from 'node:crypto';

/** RFC 9562 namespace of Longshore's own UUIDv5 event ids; it must never change. */
const NAMESPACE = Buffer.from('6f1d3c1e0b5a4e5f9c36a5d1f2b7c8e4', 'hex');

/** What makes a delivery the same delivery. */
export interface DeliveryKey {
  /** Name of the endpoint. */
  endpoint: string;
  /** Name of the source that the event came through. */
  source: string;
  /** The event's id, or the `dedupe` of its `TakenEvent`. */
  eventId: string;
}

/**
 * Id of one event for one endpoint: 32 hexadecimal characters (128 bits of SHA-256).
 * The source is part of it, so one registry's event id cannot suppress another's event.
 */
export function deliveryId({ endpoint, source, eventId }: DeliveryKey): string {
  return hash('sha256', JSON.stringify([endpoint, source, eventId]), 'hex').slice(0, 32);
}

/** UUIDv5 (RFC 9562) over the fields that identify an event; `undefined` and absent are the same. */
export function eventIdFrom(source: string, fields: readonly (string | number | undefined)[]): string {
  const digest = createHash('sha1')
    .update(NAMESPACE)
    .update(JSON.stringify([source, ...fields.map((field) => field ?? null)]))
    .digest();
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x50, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = digest.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
