/**
 * The files of one folder of a spool. A segment is `MS.spool`, named by the moment of its creation, so that
 * names are in order; beside it `MS.fed` says how far it is in Redis. Only the process that holds the folder's
 * lock touches them. Mode 0600.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { ignore } from '@longshore/event';
import { isBoundary, piecesOf } from './frame.js';
import { decodeRequest } from './request.js';

/** A file of records. */
export interface Segment {
  path: string;
  /** Bytes on the disk. */
  size: number;
  /** Records in it that are not in Redis yet. */
  requests: number;
  /** Bytes of its records by source, as far as they can be read. */
  sources: Map<string, number>;
}

/** A segment of an earlier run, and how many bytes at its end were never written whole and are cut off now. */
export interface Found {
  segment: Segment;
  torn: number;
}

const NAME = /^(\d{13,})\.spool$/;

/** The segments that are in the folder, oldest first, ready to be fed. */
export async function findSegments(folder: string): Promise<Found[]> {
  const names = (await readdir(folder)).filter((name) => NAME.test(name)).sort();
  const found: Found[] = [];
  for (const name of names) found.push(await look(join(folder, name)));
  return found;
}

async function look(path: string): Promise<Found> {
  const file = await readFile(path);
  let [requests, size] = [0, file.length];
  const sources = new Map<string, number>();
  for (const piece of piecesOf(file, await fedUpTo(path, file))) {
    if (piece.kind === 'record') {
      requests += 1;
      addBytes(sources, sourceOf(piece.payload), piece.end - piece.start);
    }
    if (piece.kind === 'torn') size = piece.start;
  }
  if (size < file.length) await truncate(path, size);
  return { segment: { path, size, requests, sources }, torn: file.length - size };
}

/** Undefined where the record is no request, which is found out when it is fed. */
function sourceOf(payload: Buffer): string | undefined {
  try {
    return decodeRequest(payload).source;
  } catch {
    return undefined;
  }
}

/** Adds to the bytes of a source; one that holds none is not kept. */
export function addBytes(sources: Map<string, number>, source: string | undefined, bytes: number): void {
  if (source === undefined) return;
  const held = (sources.get(source) ?? 0) + bytes;
  if (held > 0) sources.set(source, held);
  else sources.delete(source);
}

/** A new, empty segment, later than all that are in the folder; with its directory entry on the disk if `sync`. */
export async function createSegment(
  folder: string,
  sync: boolean,
): Promise<{ segment: Segment; file: FileHandle }> {
  const last = (await readdir(folder))
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .sort()
    .at(-1);
  const name = Math.max(Date.now(), Number(last ?? 0) + 1);
  const path = join(folder, `${String(name).padStart(13, '0')}.spool`);
  const { O_APPEND, O_CREAT, O_EXCL, O_WRONLY } = constants;
  const file = await open(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL, 0o600);
  try {
    if (sync) await syncFolder(folder);
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
  return { segment: { path, size: 0, requests: 0, sources: new Map() }, file };
}

/** Brings the names in a folder to the disk. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** With the note of how far it was fed in. */
export async function removeSegment({ path }: Segment): Promise<void> {
  await rm(path, { force: true });
  await rm(fedPath(path), { force: true });
}

/** Where reading goes on: 0 when nobody knows. What is read once more is recognized by its ids. */
export async function fedUpTo(path: string, file: Buffer): Promise<number> {
  const text = await readFile(fedPath(path), 'utf8').catch(() => '');
  const at = /^\d{16}$/.test(text) ? Number(text) : 0;
  return isBoundary(file, at) ? at : 0;
}

/**
 * Remembers how far a segment is in Redis: for a process that is killed, not for a power failure. A disk that is
 * too full for it must not keep the spool from getting emptier, so nothing here fails.
 */
export function positionOf({ path }: Segment): Position {
  const { O_WRONLY, O_CREAT } = constants;
  let file: FileHandle | undefined;
  return {
    async move(to) {
      file ??= await open(fedPath(path), O_WRONLY | O_CREAT, 0o600).catch(ignore('ingest.spool.mark'));
      await file?.write(String(to).padStart(16, '0'), 0).catch(ignore('ingest.spool.mark'));
    },
    async close() {
      await file?.close().catch(ignore('ingest.spool.mark'));
    },
  };
}

/** How far a segment has been fed in, on the disk. */
export interface Position {
  /** @param to offset of the next byte to read */
  move(to: number): Promise<void>;
  close(): Promise<void>;
}

const fedPath = (path: string): string => path.replace(/spool$/, 'fed');

/** Is there a segment in the folder? Looks at names alone; false when it cannot be read. */
export async function holdsSegments(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch((): string[] => []);
  return names.some((name) => NAME.test(name));
}
