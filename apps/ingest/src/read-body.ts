/**
 * The body as raw bytes: a signature is computed over them, and a JSON body parser yields `{}` for the
 * registries' media types. Compressed bodies are inflated within the same limit.
 */
import type { IncomingMessage } from 'node:http';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { LongshoreError } from '@longshore/event';
import getRawBody from 'raw-body';

const DECODERS = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
} as const;

/** @throws LongshoreError SOURCE_TOO_LARGE, or SOURCE_BODY when it did not arrive whole */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const decoder = DECODERS[encoding as keyof typeof DECODERS]?.();
  try {
    if (!decoder)
      return await getRawBody(request, { limit, length: request.headers['content-length'] ?? null });
    request.once('error', (error) => decoder.destroy(error));
    return await getRawBody(request.pipe(decoder), { limit });
  } catch (error) {
    const type = (error as { type?: string }).type;
    if (type === 'entity.too.large') {
      throw new LongshoreError(
        'SOURCE_TOO_LARGE',
        `the body is larger than ingest.maxbody (${limit} bytes); raise ingest.maxbody`,
      );
    }
    throw new LongshoreError('SOURCE_BODY', `the body did not arrive whole: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
