/**
 * Reads the head of an answer as leniently as Go's `net/http` does, which is what the registry's own notifier
 * reads with, and writes a head that undici's stricter parser takes, with the same meaning.
 *
 * Lenient about: lines that end with LF alone, folded header fields, more than one space before the status,
 * spaces in a header's name, a bare CR in the reason phrase, other minor versions, equal Content-Length fields,
 * Content-Length beside Transfer-Encoding. What Go refuses stays as it is, and undici refuses it too.
 * Source: Go 1.26, net/http/response.go, net/http/transfer.go, net/textproto/reader.go; a table of answers that
 * Go read is in answers.test.ts.
 */

/** The result of reading the bytes of a head. */
export type HeadReading =
  /** An informational answer (1xx but 101): the answer itself follows. */
  | { kind: 'informational' }
  /** undici reads it as it is, or refuses it as Go does. */
  | { kind: 'unchanged' }
  /** To be read by undici in place of the original. */
  | { kind: 'rewritten'; head: Buffer };

const STRICT_STATUS_LINE = /^HTTP\/1\.[01] \d{3}(?: [^\r]*)?$/;
const STATUS_LINE = /^HTTP\/(\d)\.(\d) +(\d{3})(?: |$)/;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const NAME_WITH_SPACES = /^[!#$%&'*+\-.^_`|~0-9A-Za-z ]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: Go refuses these in a header's value
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/** One header field, folded lines joined. */
type Field = [name: string, value: string];

/**
 * What nearly every head looks like. Each character can match in one way only, so its cost is linear; longer heads
 * are left to the reader below, because a regular expression remembers each repetition.
 */
const ORDINARY =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Go refuses these in a header's value
  /^HTTP\/1\.[01] [2-9]\d\d(?: [^\r\n]*)?\r\n(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[^\x00-\x08\x0a-\x1f\x7f]*\r\n)*\r\n$/;
const ORDINARY_LENGTH = 4096;

function isOrdinary(text: string): boolean {
  if (text.length > ORDINARY_LENGTH || !ORDINARY.test(text)) return false;
  const lower = text.toLowerCase();
  const at = lower.indexOf('\ncontent-length:');
  if (at < 0) return true;
  return !lower.includes('\ncontent-length:', at + 1) && !lower.includes('\ntransfer-encoding:');
}

/** @param bytes from the first byte of the status line to the LF of the empty line that ends the head */
export function readHead(bytes: Buffer): HeadReading {
  const text = bytes.toString('latin1');
  if (isOrdinary(text)) return { kind: 'unchanged' };
  const lines = text.split('\n');
  const crlf = lines.every((line, index) => index === lines.length - 1 || line.endsWith('\r'));
  const [first = '', ...rest] = lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  const status = STATUS_LINE.exec(first);
  if (status === null) return { kind: 'unchanged' };
  const [, major = '', minor = '', code = ''] = status;
  if (code.startsWith('1') && code !== '101') return { kind: 'informational' };
  // 101 was not asked for, and 0xx is none: undici refuses both
  if (code < '200') return { kind: 'unchanged' };

  const fields = fieldsOf(rest);
  if (fields === undefined) return { kind: 'unchanged' };
  const framing = framed(fields, major === '1' && minor === '0');
  const folded = rest.some(isFolded);
  if (crlf && !folded && framing === fields && STRICT_STATUS_LINE.test(first) && allNamed(fields)) {
    return { kind: 'unchanged' };
  }
  return { kind: 'rewritten', head: written(code, major === '1' && minor === '0', framing) };
}

const isFolded = (line: string): boolean => line.startsWith(' ') || line.startsWith('\t');

const allNamed = (fields: readonly Field[]): boolean => fields.every(([name]) => NAME.test(name));

/** Undefined for a head that Go refuses. */
function fieldsOf(lines: readonly string[]): Field[] | undefined {
  const fields: Field[] = [];
  for (const line of lines) {
    if (line === '') return fields;
    const value = line.trim();
    if (CONTROL.test(value)) return undefined;
    const last = fields.at(-1);
    if (isFolded(line)) {
      if (last === undefined) return undefined;
      last[1] = `${last[1]} ${value}`.trim();
      continue;
    }
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0));
    if (!NAME_WITH_SPACES.test(name)) return undefined;
    fields.push([name, line.slice(colon + 1).trim()]);
  }
  return fields;
}

/** The same array when its framing is unambiguous. Transfer-Encoding counts before Content-Length (RFC 9112 6.3). */
function framed(fields: Field[], isHttp10: boolean): Field[] {
  const named = (wanted: string) => fields.filter(([name]) => name.toLowerCase() === wanted);
  const lengths = named('content-length');
  const isChunked = !isHttp10 && named('transfer-encoding').length > 0;
  if (lengths.length < 2 && !(isChunked && lengths.length > 0)) return fields;
  const [kept] = lengths;
  const differ = lengths.some(([, value]) => value !== kept?.[1]);
  if (!isChunked && differ) return fields;
  return fields.filter((field) => !lengths.includes(field) || (!isChunked && field === kept));
}

/** A name that is no token is left out: nothing reads such a header. */
function written(code: string, isHttp10: boolean, fields: readonly Field[]): Buffer {
  const lines = fields.filter(([name]) => NAME.test(name)).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`HTTP/1.${isHttp10 ? 0 : 1} ${code} \r\n${lines.join('')}\r\n`, 'latin1');
}
