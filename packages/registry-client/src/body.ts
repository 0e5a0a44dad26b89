/** Bodies that have a limit, and what a registry says in them. */
import { excerpt } from '@longshore/event';
import { codingOf, isGzip, unpacked } from './coding.js';
import { RegistryError } from './error.js';
import { jsonOf, objectOf } from './json.js';
import type { HttpAnswer } from './transport.js';

/** Bytes of an error's body that are read. */
const ERROR_BYTES = 16 * 1024;

/**
 * The whole body, as far as it is no larger than `limit` bytes: what is larger is not read, not at all where the
 * head says so.
 */
export async function readBody(
  { headers, body }: HttpAnswer,
  limit: number,
  tooLarge: () => RegistryError,
): Promise<Buffer> {
  if (Number(headers['content-length'] ?? 0) > limit) throw tooLarge();
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > limit) throw tooLarge();
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** The same for a body that is text: JSON, or the page of a proxy. Unpacked, where it was compressed on the way. */
export async function readText(
  answer: HttpAnswer,
  limit: number,
  tooLarge: () => RegistryError,
): Promise<Buffer> {
  const body = await readBody(answer, limit, tooLarge);
  return isGzip(codingOf(answer.headers)) ? ((await unpacked(body, limit, tooLarge)) ?? body) : body;
}

/** The usual error of {@link readBody}. */
export function overLimit(place: string, limit: number): () => RegistryError {
  return () => new RegistryError('limit', `${place}: larger than the limit of ${limit} bytes`);
}

/**
 * What the registry gives as reason (distribution-spec 1.1, "error codes"), for people: ` MANIFEST_UNKNOWN`.
 * Empty where it says nothing of use. Reads the body as far as it is small, so that the connection can be kept.
 */
export async function reasonIn(answer: HttpAnswer): Promise<string> {
  const text = await readText(answer, ERROR_BYTES, overLimit('', ERROR_BYTES)).then(String, () => '');
  const found = firstError(text);
  return found === '' ? '' : ` ${excerpt(found)}`;
}

function firstError(text: string): string {
  const { errors } = jsonOf(text) ?? {};
  const { code, message } = objectOf(Array.isArray(errors) ? errors[0] : undefined) ?? {};
  return [code, message].filter((word) => typeof word === 'string').join(': ');
}
