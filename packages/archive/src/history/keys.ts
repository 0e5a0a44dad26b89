/** How what an entry is about is a number in a row. Pure. */
import { hash } from 'node:crypto';
import { entryKey, type HistoryEntry } from '@longshore/event';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ID = /^[0-9a-f]{32}$/;
const SHA256 = /^sha256:[0-9a-f]{64}$/;

/** The subject of a gap, which is about no event. */
export const NO_SUBJECT = '00000000-0000-0000-0000-000000000000';

/** Whether an event id is its own key. */
export const isUuid = (text: string): boolean => UUID.test(text);

/** Whether it is an id of 32 hexadecimal digits: of a delivery or of a quarantined request. */
export const isId = (text: string): boolean => ID.test(text);

/** An event id as a key of 128 bits: itself where it is a UUID, else the beginning of its SHA-256. */
export const eventKey = (eventId: string): string =>
  isUuid(eventId) ? eventId : uuidOf(hash('sha256', eventId, 'hex'));

/** 32 hexadecimal digits, or the first 32 of more, as PostgreSQL prints a uuid. */
export const uuidOf = (hex: string): string =>
  [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');

/** The id of a uuid that {@link uuidOf} made. */
export const idOf = (uuid: string): string => uuid.replaceAll('-', '');

/** What an entry is about. */
export function subjectOf(entry: HistoryEntry): string {
  if (entry.step === 'gap') return NO_SUBJECT;
  if (entry.step === 'quarantined' || entry.step === 'unquarantined') return keyOfId(entry.quarantineId);
  if (entry.step === 'received' || entry.eventId !== undefined) return eventKey(entry.eventId ?? '');
  return keyOfId(entry.deliveryId);
}

/** The key of an id; of one in another form, that of an event id. */
export const keyOfId = (id: string): string => (isId(id) ? uuidOf(id) : eventKey(id));

/** 63 bits that distinguish the entries of one subject and one millisecond; the same entry has the same again. */
export function rowId(entry: HistoryEntry): string {
  const first = Buffer.from(hash('sha256', entryKey(entry), 'hex').slice(0, 16), 'hex');
  return BigInt.asUintN(63, first.readBigUInt64BE()).toString();
}

/** Those of SHA-512: an index of PostgreSQL does not hold any number of them. */
const MOST_DIGEST_BYTES = 64;

/** The first digits of a digest as bytes, of an odd number the last one left out; undefined when there are none. */
export function digestBytes(digest: string): Buffer | undefined {
  const hex = digest.slice(digest.indexOf(':') + 1).slice(0, MOST_DIGEST_BYTES * 2);
  const bytes = Buffer.from(hex, 'hex');
  return bytes.length > 0 ? bytes : undefined;
}

/** Whether {@link digestBytes} has all of it. */
export const isSha256 = (digest: string): boolean => SHA256.test(digest);
