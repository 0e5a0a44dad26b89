/**
 * A request as a file. Line 1 names the format, its version and a digest of all that follows; line 2 is JSON about
 * the request; the rest is the body as it came. So `head -n 2 FILE` shows what it is, and a file that the disk has
 * changed is recognized.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';

const about = z.object({
  source: z.string(),
  kind: z.string(),
  method: z.string(),
  path: z.string(),
  headers: z.record(z.string(), z.string()),
  receivedAt: z.number(),
});

/** A verified request with the source it was verified for. Holds no credentials: the caller removes them before. */
export type SpooledRequest = z.infer<typeof about> & { body: Buffer };

/** A file that is not a request: the disk changed it (`damaged`), or something else wrote it (`unreadable`). */
export class NotARequest extends Error {
  constructor(
    readonly reason: 'damaged' | 'unreadable',
    message: string,
  ) {
    super(message);
  }
}

const VERSION = '1';
const FIRST_LINE = /^longshore-spool (\d{1,9}) ([0-9a-f]{64})\n$/;
const FIRST_LINE_MAX_BYTES = 100;

/** The content of its file. */
export function encodeRequest({ body, ...rest }: SpooledRequest): Buffer {
  const json = Buffer.from(`${JSON.stringify(rest)}\n`);
  return Buffer.concat([Buffer.from(`longshore-spool ${VERSION} ${digestOf(json, body)}\n`), json, body]);
}

/** @throws NotARequest */
export function decodeRequest(file: Buffer): SpooledRequest {
  const start = file.indexOf('\n') + 1;
  const [, version, digest] =
    FIRST_LINE.exec(file.toString('latin1', 0, Math.min(start, FIRST_LINE_MAX_BYTES))) ?? [];
  if (digest === undefined)
    throw new NotARequest('damaged', 'its first line is not that of a spooled request');
  if (version !== VERSION) throw new NotARequest('unreadable', `it has version ${version} of the format`);
  const rest = file.subarray(start);
  if (digestOf(rest) !== digest) throw new NotARequest('damaged', 'its content does not match its digest');
  const end = rest.indexOf('\n');
  return { ...readAbout(rest.toString('utf8', 0, end)), body: rest.subarray(end + 1) };
}

/** The JSON about a request. @throws NotARequest */
export function readAbout(json: string): Omit<SpooledRequest, 'body'> {
  try {
    return about.parse(JSON.parse(json));
  } catch (error) {
    throw new NotARequest('unreadable', `it does not describe a request: ${error}`);
  }
}

function digestOf(...parts: Buffer[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
