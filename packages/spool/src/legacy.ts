/**
 * Reads what older versions left in a spool: folders `1`, `2` … with segments `MS.spool`, in which records
 * lie one behind the other, and `MS.fed`, which says how far a segment is in Redis. Each record becomes a file of its
 * own. A segment is removed when all of it is durable in the new form. A conversion that was killed, or for which the disk
 * was too full, is done again from the last position, and makes the same names.
 *
 * A segment is 8 bytes `LSSPOOL1`, then for each record: mark (4 bytes), length of the payload (4), CRC-32 of the
 * payload (4), CRC-32 of these twelve bytes (4), payload. Numbers are big-endian. A payload is the length of its JSON
 * part (4 bytes), the JSON part, the body.
 */
import { constants } from 'node:fs';
import { open, readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type Folders, syncFolder, writeWhole } from './folders.js';
import type { SpoolLog } from './log.js';
import { nameOf } from './name.js';
import { encodeRequest, NotARequest, readAbout, type SpooledRequest } from './request.js';

const FILE_HEAD = Buffer.from('LSSPOOL1');
const MARK = Buffer.from([0xff, 0x4c, 0x53, 0xfe]);
const HEAD = 16;
const FOLDER = /^[1-9]\d{0,5}$/;
const SEGMENT = /^(\d{13,})\.spool$/;
/** Records that share the time that the disk needs. A conversion advances when it has space for so many. */
const MAX_AT_ONCE = 16;

/** What was written at once, from `start` to before `end`. */
interface Piece {
  start: number;
  end: number;
  /** Absent where the disk has changed something. */
  payload?: Buffer;
}

/** The folders that older versions made. */
export async function legacyFolders(dir: string): Promise<string[]> {
  const names = await readdir(dir);
  return names.filter((name) => FOLDER.test(name)).map((name) => join(dir, name));
}

/** Converts the segments of a folder that this process has locked. Rejects with the system's error. */
export async function convertSegments(
  folder: string,
  to: Folders,
  log: SpoolLog,
  isClosed: () => boolean,
): Promise<void> {
  const names = (await readdir(folder)).sort();
  for (const name of names.filter((each) => SEGMENT.test(each))) {
    if (isClosed()) return;
    await convertSegment(join(folder, name), to, log);
  }
  const rest = names.filter((name) => /^\d+\.fed$|^tmp\./.test(name));
  for (const name of rest) await rm(join(folder, name), { force: true });
}

async function convertSegment(path: string, to: Folders, log: SpoolLog): Promise<void> {
  const file = await readFile(path);
  const position = path.replace(/spool$/, 'fed');
  const start = await positionIn(position, file);
  const { pieces, truncated } = readSegment(file, start);
  await writePosition(position, start); // takes its space while there is some
  for (let at = 0; at < pieces.length; at += MAX_AT_ONCE) {
    const some = pieces.slice(at, at + MAX_AT_ONCE);
    const written = await Promise.allSettled(
      some.map((piece) => convertPiece(piece, file.subarray(piece.start, piece.end), path, to, log)),
    );
    const failed = written.find((each) => each.status === 'rejected');
    if (failed) throw failed.reason;
    await syncFolder(to.new);
    await syncFolder(to.bad);
    await writePosition(position, some.at(-1)?.end ?? start);
  }
  await rm(path);
  await rm(position, { force: true });
  if (truncated > 0) log.truncated(path, truncated);
  log.converted(path, pieces.length);
}

async function convertPiece(
  { payload, start }: Piece,
  bytes: Buffer,
  path: string,
  to: Folders,
  log: SpoolLog,
): Promise<void> {
  const via = dirname(path);
  const [folder, segment] = [basename(via), basename(path, '.spool')];
  try {
    if (!payload) throw new NotARequest('damaged', 'a record does not match its checksum');
    const request = readPayload(payload);
    const content = encodeRequest(request);
    const id = `${folder}-${String(start).padStart(10, '0')}`;
    const name = nameOf(Number(segment), id, content.length, request.source);
    await writeWhole({ via, to: to.new, name }, content, true);
  } catch (error) {
    if (!(error instanceof NotARequest)) throw error;
    const name = `${folder}-${segment}-${start}.bad`;
    // It begins like a segment, so it can be put back as one.
    const content = start === 0 ? bytes : Buffer.concat([FILE_HEAD, bytes]);
    await writeWhole({ via, to: to.bad, name }, content, true);
    log.aside({ reason: error.reason, bytes: bytes.length, file: join(to.bad, name), error });
  }
}

/** @throws NotARequest */
function readPayload(payload: Buffer): SpooledRequest {
  const end = payload.length < 4 ? Number.POSITIVE_INFINITY : 4 + payload.readUInt32BE(0);
  if (end > payload.length) throw new NotARequest('unreadable', 'a record is shorter than it says');
  return { ...readAbout(payload.toString('utf8', 4, end)), body: payload.subarray(end) };
}

/** The offset of the first record that is not in Redis: 0 where nothing trustworthy says so. */
async function positionIn(path: string, file: Buffer): Promise<number> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const at = /^\d{16}$/.test(text) ? Number(text) : 0;
  return at === file.length || lengthAt(file, at) !== undefined ? at : 0;
}

/** In place, so that it needs no more space than before. */
async function writePosition(path: string, at: number): Promise<void> {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    await file.write(String(at).padStart(16, '0'), 0);
  } finally {
    await file.close();
  }
}

/** Every byte behind `from` is in one piece, or in the `truncated` ones at the end, which were never written whole. */
function readSegment(file: Buffer, from: number): { pieces: Piece[]; truncated: number } {
  const pieces: Piece[] = [];
  if (file.length < FILE_HEAD.length && startsLike(file, FILE_HEAD))
    return { pieces, truncated: file.length };
  let at = from === 0 && startsLike(file, FILE_HEAD) ? FILE_HEAD.length : from;
  while (at < file.length) {
    const length = lengthAt(file, at);
    const end = length === undefined ? nextRecord(file, at + 1) : at + HEAD + length;
    const isTruncated = length === undefined ? isUnwritten(file.subarray(at)) : end > file.length;
    if (isTruncated) return { pieces, truncated: file.length - at };
    const payload = length === undefined ? undefined : file.subarray(at + HEAD, end);
    const isWhole = payload && crc32(payload) === file.readUInt32BE(at + 8);
    pieces.push({ start: at, end, ...(isWhole && { payload }) });
    at = end;
  }
  return { pieces, truncated: 0 };
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
