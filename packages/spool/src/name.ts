/**
 * The name of a file: `TIME-ID.BYTES.SOURCE`. It sorts by time, and it has what the spool counts by, so a start reads
 * names and no files. A file keeps its name in every folder.
 */
import { createHash } from 'node:crypto';

/** What a name says. A file that someone else named has no size or source. */
export interface Named {
  /** Length of the file. */
  bytes: number;
  /** See {@link sourceKey}. */
  source?: string;
}

/**
 * Almost every file system gives a file whole blocks of 4 KiB. Counted by length, requests of 800 bytes would fill a
 * disk when `maxbytes` is a fifth used.
 */
const BLOCK_BYTES = 4_096;

/** Bytes of the disk that a file of this length takes: at least one block. */
export const sizeOnDisk = (length: number): number =>
  Math.max(1, Math.ceil(length / BLOCK_BYTES)) * BLOCK_BYTES;

const NAME = /^\d{13,}-[\w-]+\.(\d{1,15})\.(.+)$/;

/** @param time epoch milliseconds @param id unique: letters, digits, `_` and `-` */
export function nameOf(time: number, id: string, bytes: number, source: string): string {
  return `${String(time).padStart(13, '0')}-${id}.${bytes}.${sourceKey(source)}`;
}

/** Never throws. */
export function parseName(name: string): Named {
  const [, bytes, source] = NAME.exec(name) ?? [];
  return { bytes: Number(bytes ?? 0), ...(source !== undefined && { source }) };
}

/** A source as a part of a file name: its own name, unless that is long or has other characters. */
export function sourceKey(source: string): string {
  if (/^[\w.-]{1,128}$/.test(source)) return source;
  return `~${createHash('sha256').update(source).digest('hex').slice(0, 16)}`;
}
