/**
 * The body as raw bytes: a signature is computed over them, and a JSON body parser yields `{}` for the
 * registries' media types.
 *
 * A body with a `Content-Length` takes its room in the budget before a byte is read, so that what cannot be held
 * is refused at once; one without takes room as it grows.
 */
import type { IncomingMessage } from 'node:http';
import type { Share } from './budget.js';
import { Collector } from './collector.js';
import { brokenOff, busy, tooLarge } from './refusals.js';

/**
 * The rest of a body that is refused is left to flow and is not kept; the listener bounds it.
 * @param limit `ingest.maxbody` in bytes
 * @throws LongshoreError SOURCE_TOO_LARGE, SOURCE_BUSY, or SOURCE_BODY when it did not arrive whole
 */
export async function readBytes(request: IncomingMessage, limit: number, share: Share): Promise<Buffer> {
  const expected = lengthOf(request);
  if (expected !== undefined && expected > limit) throw tooLarge(limit);
  if (expected !== undefined && !share.grow(expected)) throw busy();
  // Its end has passed already: no event would come any more.
  if (request.destroyed) throw brokenOff(request.errored ?? undefined);
  const collector = new Collector(limit, (bytes) => share.grow(bytes), expected);
  await arrival(request, (chunk) => {
    if (!collector.add(chunk)) throw tooLarge(limit);
  });
  return collector.body;
}

/** Node has checked that it is a number, and that no other length contradicts it. */
function lengthOf({ headers }: IncomingMessage): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

/** Resolves at the end of the body. Rejects with what `take` throws, or when the connection ends before. */
function arrival(request: IncomingMessage, take: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      if (error) reject(error);
      else resolve();
    };
    const onData = (chunk: Buffer): void => {
      try {
        take(chunk);
      } catch (error) {
        settle(error as Error);
      }
    };
    const onEnd = (): void => settle();
    const onClose = (): void => settle(brokenOff(request.errored ?? undefined));
    request.on('data', onData).on('end', onEnd).on('close', onClose);
    // With a listener it may fail at any time, also long after this; `close` follows and says so.
    request.on('error', () => {});
  });
}
