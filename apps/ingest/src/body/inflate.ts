/**
 * Undoes the content encoding of a body within limits: those of any body, and a ratio. 130 bytes of brotli hold
 * 32 MiB of zeros; real events shrink to a tenth.
 *
 * What cannot be undone is no error: the bytes stay as they came and go to quarantine with the reason, since a 4xx
 * would come back to the same sender without end. A body that something on the way has inflated already, and left the
 * header, is read as it is.
 */
import type { Transform } from 'node:stream';
import type { Share } from './budget.js';
import { Collector } from './collector.js';
import { type Decoder, decodersOf } from './encodings.js';
import { createGate } from './gate.js';
import { tooDense, tooLarge } from './refusals.js';

/** A body may inflate to so many times its size. Ids and digests do not compress, so real batches stay below 30. */
const MAX_RATIO = 200;
/** Up to this size the ratio does not count: it is no work, and a small repetitive body may exceed it. */
const FREE_BYTES = 2 ** 20;
/** Inflations at a time in a process. */
const INFLATIONS = 2;

const gate = createGate(INFLATIONS);

/** What a body came to. */
export interface Inflated {
  bytes: Buffer;
  /** Why its encoding could not be undone: a reason for quarantine. */
  undecoded?: string;
}

/**
 * @param encoding the header `Content-Encoding`
 * @param limit `ingest.maxbody` in bytes
 * @param share grows by what the body inflates to
 * @throws LongshoreError SOURCE_TOO_LARGE, SOURCE_RATIO, SOURCE_BUSY
 */
export async function inflate(
  wire: Buffer,
  encoding: string | undefined,
  limit: number,
  share: Share,
): Promise<Inflated> {
  const decoders = decodersOf(encoding);
  if (typeof decoders === 'string') return { bytes: wire, undecoded: decoders };
  if (decoders.length === 0 || wire.length === 0) return { bytes: wire };
  return gate(async () => {
    const most = Math.min(limit, Math.max(FREE_BYTES, MAX_RATIO * wire.length));
    let bytes = wire;
    let held = wire.length;
    for (const decoder of decoders) {
      const collector = () => new Collector(most, (size) => share.grow(held + size));
      const decoded = await undo(decoder, bytes, collector);
      if (decoded === 'too large') throw most < limit ? tooDense(MAX_RATIO) : tooLarge(limit);
      if (typeof decoded === 'string') return { bytes: wire, undecoded: decoded };
      bytes = decoded;
      held += decoded.length;
    }
    return { bytes };
  });
}

/** The bytes without one encoding, `too large`, or the reason why they are not in that encoding. */
async function undo(decoder: Decoder, bytes: Buffer, collector: () => Collector): Promise<Buffer | string> {
  let reason = '';
  for (const stream of decoder.streams(bytes)) {
    const outcome = await run(stream(), bytes, collector());
    if (Buffer.isBuffer(outcome) || outcome === 'too large') return outcome;
    // That of the first: the others are guesses.
    reason ||= `the ${decoder.name} body is ${outcome}`;
  }
  return reason;
}

type Outcome = Buffer | 'too large' | 'cut short' | 'damaged';

function run(stream: Transform, bytes: Buffer, collector: Collector): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const stop = (settle: () => void): void => {
      stream.destroy();
      settle();
    };
    stream.on('data', (chunk: Buffer) => {
      try {
        if (!collector.add(chunk)) stop(() => resolve('too large'));
      } catch (error) {
        stop(() => reject(error));
      }
    });
    stream.on('end', () => resolve(collector.body));
    stream.on('error', ({ code }: NodeJS.ErrnoException) =>
      resolve(code === 'Z_BUF_ERROR' ? 'cut short' : 'damaged'),
    );
    stream.end(bytes);
  });
}
