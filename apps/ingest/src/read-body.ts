/**
 * The body as raw bytes: a signature is computed over them, and a JSON body parser yields `{}` for the
 * registries' media types. Compressed bodies are inflated within the same limit; one that cannot be inflated is
 * handed on as it came, so that it ends in quarantine and not in a 4xx that its sender gets for ever.
 */
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { LongshoreError } from '@longshore/event';
import getRawBody from 'raw-body';

const DECODERS = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
} as const;

/** @throws LongshoreError SOURCE_TOO_LARGE, or SOURCE_BODY when it did not arrive whole */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const bytes = await readBytes(request, limit);
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const decode = DECODERS[encoding as keyof typeof DECODERS];
  if (!decode) return bytes;
  try {
    return await decode(bytes, { maxOutputLength: limit });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit);
    return bytes;
  }
}

async function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  try {
    return await getRawBody(request, { limit, length: request.headers['content-length'] ?? null });
  } catch (error) {
    if ((error as { type?: string }).type === 'entity.too.large') throw tooLarge(limit);
    throw new LongshoreError('SOURCE_BODY', `the body did not arrive whole: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function tooLarge(limit: number): LongshoreError {
  return new LongshoreError(
    'SOURCE_TOO_LARGE',
    `the body is larger than ingest.maxbody (${limit} bytes); raise ingest.maxbody`,
  );
}
