/**
 * Text of events as few bytes: raw deflate that knows the registry's own words beforehand, so that one small event is
 * a quarter of its size. The first byte says which dictionary: it is part of the format, so a change of the words is
 * a new version, and every version that was ever written stays readable.
 */
import { promisify } from 'node:util';
import { deflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib';
import { DICTIONARY_1 } from './dictionary.js';

const VERSION = 1;
const DICTIONARIES: ReadonlyMap<number, Buffer> = new Map([[VERSION, DICTIONARY_1]]);

/** Beyond this the work goes to a thread: some 50 MB are deflated in a second. */
const LARGE_BYTES = 32 * 1024;

const onThread = promisify<Buffer, object, Buffer>(deflateRaw);
const LARGE = { dictionary: DICTIONARY_1, level: 6 };
/** Less memory to clear for each text: a quarter less time, and the same size. */
const MEDIUM = { ...LARGE, windowBits: 15, memLevel: 5, chunkSize: 4096 };
/** A window that the dictionary and the text just fit into: another fifth less. */
const SMALL = { ...MEDIUM, windowBits: 13 };
const SMALL_BYTES = 2 ** SMALL.windowBits - DICTIONARY_1.length;

/** A small text at once, a large one on a thread: the event loop is never held for more than a millisecond. */
export function compact(text: Buffer): Buffer | Promise<Buffer> {
  if (text.length > LARGE_BYTES) return onThread(text, LARGE).then(marked);
  return marked(deflateRawSync(text, text.length > SMALL_BYTES ? MEDIUM : SMALL));
}

const marked = (data: Buffer): Buffer => Buffer.concat([Buffer.of(VERSION), data]);

/**
 * The text again.
 * @param length of the text in bytes: more than that is not inflated
 * @throws Error for what is damaged, longer, or of a newer version
 */
export function expand(data: Buffer, length: number): string {
  const version = data[0] ?? 0;
  const dictionary = DICTIONARIES.get(version);
  if (!dictionary) throw new Error(`its dictionary is ${version}, this version knows up to ${VERSION}`);
  const options = { dictionary, maxOutputLength: Math.max(1, length), chunkSize: chunkFor(length) };
  const text = inflateRawSync(data.subarray(1), options);
  if (text.length !== length) throw new Error(`it has ${text.length} bytes instead of ${length}`);
  return text.toString();
}

/** One chunk for a small text: half of the time of the default. */
const chunkFor = (length: number): number => Math.min(Math.max(64, length + 1), 64 * 1024);
