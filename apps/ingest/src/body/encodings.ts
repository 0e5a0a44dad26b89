/** The content encodings that a body may have, and how each is undone. */

import type { Transform } from 'node:stream';
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  type ZlibOptions,
} from 'node:zlib';

/** Undoes one encoding. */
export interface Decoder {
  /** As it stands in a reason. */
  name: string;
  /** One after the other until one of them can read the bytes. */
  streams(bytes: Buffer): readonly (() => Transform)[];
}

const OPTIONS: ZlibOptions = { chunkSize: 64 * 1024 };

const gzip: Decoder = { name: 'gzip', streams: () => [() => createGunzip(OPTIONS)] };
const br: Decoder = { name: 'br', streams: () => [() => createBrotliDecompress(OPTIONS)] };
const zlib = () => createInflate(OPTIONS);
const raw = () => createInflateRaw(OPTIONS);
/** RFC 9110 means the zlib format; many senders leave its frame out. */
const deflate: Decoder = { name: 'deflate', streams: (bytes) => (hasZlibHead(bytes) ? [zlib, raw] : [raw]) };

/** A Map: a header may name `constructor`. */
const DECODERS = new Map<string, Decoder>([
  ['gzip', gzip],
  ['x-gzip', gzip],
  ['deflate', deflate],
  ['br', br],
]);

/** Each costs as much as the body may have; no sender is known to use more than one. */
const MAX_ENCODINGS = 3;

/**
 * The decoders of a `Content-Encoding`, in the order in which they are to be used.
 * @returns or the reason why the encoding cannot be undone
 */
export function decodersOf(header: string | undefined): Decoder[] | string {
  if (header === undefined) return [];
  const names = header
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
  if (names.length > MAX_ENCODINGS) return 'the body has too many content encodings';
  const decoders = names.flatMap((name) => DECODERS.get(name) ?? []);
  if (decoders.length === names.length) return decoders.reverse();
  return names.includes('zstd')
    ? 'the content encoding zstd is not supported'
    : 'the content encoding is not supported';
}

/** RFC 1950: method 8 in the first byte, and both bytes are a multiple of 31. */
function hasZlibHead(bytes: Buffer): boolean {
  return bytes.length > 1 && ((bytes[0] ?? 0) & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;
}
