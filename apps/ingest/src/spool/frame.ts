/**
 * How records lie in a file: one behind the other, each with a mark, its length and two checksums. A reader so
 * tells a record that was cut off (nobody was answered for it) from one that was damaged later (somebody was),
 * and finds the next good one behind the damage.
 *
 * 8 bytes `LSSPOOL1` at the start of a file, then for each record: mark (4 bytes), length of the payload (4),
 * CRC-32 of the payload (4), CRC-32 of these twelve bytes (4), payload. Numbers are big-endian.
 */
import { crc32 } from 'node:zlib';

/** The first bytes of a file: which format it is in. */
export const FILE_HEAD = Buffer.from('LSSPOOL1');

/** No UTF-8 text begins so, and JSON is what payloads mostly are. */
const MARK = Buffer.from([0xff, 0x4c, 0x53, 0xfe]);
const HEAD = 16;

/** A part of a file, from `start` to before `end`. */
export type Piece =
  | { kind: 'record'; start: number; end: number; payload: Buffer }
  /** Neither a record nor the beginning of one. */
  | { kind: 'damaged'; start: number; end: number }
  /** The beginning of a record whose rest was never written. Always last. */
  | { kind: 'torn'; start: number; end: number };

/** The payload as a record. */
export function frame(payload: Buffer): Buffer {
  const head = Buffer.allocUnsafe(HEAD);
  MARK.copy(head);
  head.writeUInt32BE(payload.length, 4);
  head.writeUInt32BE(crc32(payload), 8);
  head.writeUInt32BE(crc32(head.subarray(0, 12)), 12);
  return Buffer.concat([head, payload]);
}

/** All of a file, in order: every byte behind `from` is in exactly one piece. Never throws. */
export function* piecesOf(file: Buffer, from = 0): Generator<Piece> {
  let at = from;
  if (from < FILE_HEAD.length) {
    if (file.length < FILE_HEAD.length && startsLike(file, FILE_HEAD)) {
      if (file.length > 0) yield { kind: 'torn', start: 0, end: file.length };
      return;
    }
    at = startsLike(file, FILE_HEAD) ? FILE_HEAD.length : 0;
  }
  while (at < file.length) {
    const piece = pieceAt(file, at);
    yield piece;
    at = piece.end;
  }
}

/** May reading begin here: at a record, or where the next one would be? */
export function isBoundary(file: Buffer, at: number): boolean {
  return at === file.length || lengthAt(file, at) !== undefined;
}

function pieceAt(file: Buffer, start: number): Piece {
  const length = lengthAt(file, start);
  if (length === undefined) {
    if (isUnwritten(file.subarray(start))) return { kind: 'torn', start, end: file.length };
    return { kind: 'damaged', start, end: nextRecord(file, start + 1) };
  }
  const end = start + HEAD + length;
  if (end > file.length) return { kind: 'torn', start, end: file.length };
  const payload = file.subarray(start + HEAD, end);
  const isWhole = crc32(payload) === file.readUInt32BE(start + 8);
  return isWhole ? { kind: 'record', start, end, payload } : { kind: 'damaged', start, end };
}

/** The length of the payload of the record that begins here; undefined when none does. */
function lengthAt(file: Buffer, at: number): number | undefined {
  if (at + HEAD > file.length || !startsLike(file.subarray(at), MARK)) return undefined;
  const head = file.subarray(at, at + HEAD);
  return crc32(head.subarray(0, 12)) === head.readUInt32BE(12) ? head.readUInt32BE(4) : undefined;
}

function nextRecord(file: Buffer, from: number): number {
  for (let at = file.indexOf(MARK, from); at !== -1; at = file.indexOf(MARK, at + 1)) {
    if (lengthAt(file, at) !== undefined) return at;
  }
  return file.length;
}

/** Less than a head, or the zeros with which some file systems fill what a crash left unwritten. */
function isUnwritten(rest: Buffer): boolean {
  return (rest.length < HEAD && startsLike(rest, MARK)) || rest.every((byte) => byte === 0);
}

/** Do they begin alike, as far as both go? */
function startsLike(bytes: Buffer, expected: Buffer): boolean {
  const length = Math.min(bytes.length, expected.length);
  return bytes.subarray(0, length).equals(expected.subarray(0, length));
}
