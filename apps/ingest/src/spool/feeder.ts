/**
 * Takes spooled requests into Redis, one after the other in the order in which they were written, and removes a
 * segment when all of it is there. One at a time: a request that Redis does not take holds up all behind it, which
 * is what keeps the order; one that fails for a reason of its own is set aside, so that it holds up nobody.
 */
import { readFile } from 'node:fs/promises';
import { setAside } from './aside.js';
import { type Piece, piecesOf } from './frame.js';
import { decodeRequest, type SpooledRequest } from './request.js';
import { fedUpTo, positionOf, removeSegment, type Segment } from './segment.js';

/** What became of a request: taken, not yet, or never as it is. */
export type Fed = 'taken' | 'later' | { failed: unknown };

/** What left the spool without having been taken. */
export interface SetAside {
  /** `damaged`: no record; `unreadable`: a record that is no request; `failed`: a request that cannot be taken. */
  reason: 'damaged' | 'unreadable' | 'failed';
  bytes: number;
  file: string;
  source?: string;
  kind?: string;
  error?: unknown;
}

export interface FeederParts {
  /** The segment to feed next; resolves with undefined when the feeder is to end. */
  next(): Promise<Segment | undefined>;
  feed(request: SpooledRequest): Promise<Fed>;
  /** Waits until another try is worth it; resolves with false when the feeder is to end. */
  patience(): Promise<boolean>;
  onTaken(request: SpooledRequest, segment: Segment): void;
  onAside(what: SetAside, segment: Segment): void;
  /** Bytes at a segment's end that were never written whole. */
  onTorn(bytes: number, segment: Segment): void;
  /** Somebody else has removed its file. */
  onGone(segment: Segment): void;
  /** All of it is in Redis and it is gone from the disk. */
  onRemoved(segment: Segment): void;
  /** The disk refused: told, and tried again. */
  onTrouble(error: unknown): void;
}

/** Resolves when it has ended. What was not taken stays on the disk. */
export async function runFeeder(parts: FeederParts): Promise<void> {
  for (;;) {
    const segment = await parts.next();
    if (segment === undefined) return;
    while (!(await feedSegment(segment, parts).catch(parts.onTrouble))) {
      if (!(await parts.patience())) return;
    }
    parts.onRemoved(segment);
  }
}

/** @returns whether all of it was taken; false when the feeder is to end before */
async function feedSegment(segment: Segment, parts: FeederParts): Promise<boolean> {
  const file = await readFile(segment.path).catch(unlessGone);
  if (file === undefined) {
    parts.onGone(segment);
    return true;
  }
  const position = positionOf(segment);
  try {
    for (const piece of piecesOf(file, await fedUpTo(segment.path, file))) {
      if (!(await feedPiece(piece, file, segment, parts))) return false;
      await position.move(piece.end);
    }
  } finally {
    await position.close();
  }
  await removeSegment(segment);
  return true;
}

function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

async function feedPiece(piece: Piece, file: Buffer, segment: Segment, parts: FeederParts): Promise<boolean> {
  const bytes = file.subarray(piece.start, piece.end);
  const aside = async (what: Omit<SetAside, 'bytes' | 'file'>): Promise<boolean> => {
    const path = await setAside(segment.path, piece.start, bytes);
    parts.onAside({ ...what, bytes: bytes.length, file: path }, segment);
    return true;
  };
  if (piece.kind === 'torn') {
    parts.onTorn(bytes.length, segment);
    return true;
  }
  if (piece.kind === 'damaged') return aside({ reason: 'damaged' });
  const request = read(piece.payload);
  if (request instanceof Error) return aside({ reason: 'unreadable', error: request });
  for (;;) {
    const fed = await parts.feed(request);
    if (fed === 'taken') {
      parts.onTaken(request, segment);
      return true;
    }
    if (fed !== 'later') {
      const { source, kind } = request;
      return aside({ reason: 'failed', source, kind, error: fed.failed });
    }
    if (!(await parts.patience())) return false;
  }
}

function read(payload: Buffer): SpooledRequest | Error {
  try {
    return decodeRequest(payload);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
