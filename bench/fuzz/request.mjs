/**
 * Requests that went wrong: samples of every kind with their bodies broken, their headers changed, compressed and
 * torn, and what is hardly HTTP. Each is the bytes that go over the wire.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { brokenBody } from './body.mjs';
import { randomFrom } from './random.mjs';

const SAMPLES = new URL('../../packages/sources/src/kinds/', import.meta.url);
const MIB = 1024 * 1024;
/** Above it ingest answers 413: the default of `ingest.maxbody`. */
const MAX_BODY = 32 * MIB;

const ZEROS = Buffer.alloc(64 * MIB);
const GZIPPED = gzipSync(ZEROS);
/** The best quality takes 20 s. */
const BROTLIED = brotliCompressSync(ZEROS, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
/** White space with so much noise in it that it inflates to nearly 32 MiB, by nearly the most that is allowed. */
const DENSE = gzipSync(Buffer.concat([Buffer.alloc(31 * MIB, 0x20), Buffer.from(noise(150_000))]));
/** Each by its encoding. All but the last inflate to 64 MiB, and would at once take the memory of any process. */
const BOMBS = [
  ['gzip', GZIPPED],
  ['br', BROTLIED],
  ['deflate', deflateSync(ZEROS)],
  ['gzip, gzip', gzipSync(GZIPPED)],
  ['gzip', DENSE],
];
const LARGE = Buffer.alloc(MAX_BODY + 1, 0x20);

/** Text that does not compress. */
function noise(size) {
  const { below } = randomFrom(1);
  return Array.from({ length: size }, () => String.fromCharCode(0x21 + below(90))).join('');
}

/** Bytes that the process may hold for bodies: the default of `ingest.maxinflight`. */
export const MAX_IN_FLIGHT = 256 * MIB;

/** A bomb of each sort by turns, to a path that there is or not, with a signature that looks right or none. */
export function bombOf(number) {
  const [encoding, body] = BOMBS[number % BOMBS.length];
  const path = number % 3 === 0 ? '/sources/nosuch' : '/registry/notifications';
  const headers = { 'content-encoding': encoding, 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` };
  return { what: `bomb in ${encoding}`, isSalvo: true, bytes: wire('POST', path, { headers, body }) };
}

/** The requests that the kinds' own tests take: `kind`, headers by lower-case name, body. */
export function readSamples() {
  const files = readdirSync(SAMPLES, { recursive: true, encoding: 'utf8' });
  // The registry's log goes to an archive alone, and the relay that is attacked has none.
  const isTaken = (file) => file.endsWith('.http') && !file.startsWith('distribution-log/');
  return files.filter(isTaken).map(readSample);
}

function readSample(file) {
  const bytes = readFileSync(new URL(file, SAMPLES));
  const end = bytes.indexOf('\n\n');
  const [, ...lines] = bytes.subarray(0, end).toString().split('\n');
  const headers = lines.map((line) => [
    line.slice(0, line.indexOf(':')),
    line.slice(line.indexOf(':') + 1).trim(),
  ]);
  return {
    kind: file.split('/')[0],
    file,
    headers: Object.fromEntries(headers),
    body: bytes.subarray(end + 2),
  };
}

/**
 * The request of a number. `broken`: it is no whole request, or larger than is taken, so that the connection may
 * end without an answer. `what` says in words how it was made.
 */
export function requestOf(samples, seed, number) {
  const random = randomFrom((seed ^ Math.imul(number, 0x9e3779b1)) >>> 0);
  const sample = random.of(samples);
  const made = { what: [sample.file], headers: { ...sample.headers }, body: sample.body, broken: false };
  if (random.chance(0.85)) note(made, 'body', { body: brokenBody(random, sample.body) });
  for (const [share, change] of CHANGES) if (random.chance(share)) change(made, random);
  const path = random.chance(0.8) ? PATHS[0] : random.of([`/sources/${sample.kind}`, ...PATHS]);
  const method = random.chance(0.96)
    ? 'POST'
    : random.of(['GET', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'HEAD']);
  return {
    what: `${method} ${path} ${made.what.join(', ')}`,
    broken: made.broken,
    bytes: wire(method, path, made),
  };
}

const PATHS = [
  '/registry/notifications',
  '/registry/notifications/',
  '/registry/notifications?token=%ff&token=a&access_token=',
  '/sources/%e0%a4%a',
  '/sources/__proto__',
  '/sources/constructor/prototype',
  '//registry/notifications',
  `/sources/${'a'.repeat(4_000)}`,
  '/health',
];

const TYPES = [
  'application/vnd.docker.distribution.events.v2+json',
  'application/cloudevents+json',
  'application/cloudevents-batch+json; charset=utf-8',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'text/plain; charset=utf-16',
  ',;=',
  '',
];
const NAMES = [
  ['x-github-event', 'package'],
  ['x-gitea-event', 'package'],
  ['x-nexus-webhook-id', 'rm:repository:asset'],
  ['x-jfrog-event-auth', 'ff'],
  ['aeg-event-type', 'Notification'],
  ['ce-specversion', '1.0'],
  ['ce-type', 'harbor.artifact.pushed'],
  ['ce-id', '%00%ff"\\'],
  ['ce-__proto__', 'x'],
  ['x-goog-pubsub-message-id', '1'],
  ['authorization', 'Bearer eyJhbGciOiJub25lIn0.e30.'],
  ['authorization', `Basic ${'A'.repeat(3_000)}`],
];

/** How likely, and what it does. */
const CHANGES = [
  [
    0.15,
    (made, random) =>
      note(made, 'content type', { headers: { ...made.headers, 'content-type': random.of(TYPES) } }),
  ],
  [
    0.15,
    (made, random) =>
      note(made, 'header', { headers: { ...made.headers, ...Object.fromEntries([random.of(NAMES)]) } }),
  ],
  [0.03, (made, random) => note(made, 'flood', { headers: { ...made.headers, ...flood(random) } })],
  [0.08, (made, random) => compress(made, random)],
  [
    0.003,
    (made, random) => {
      const [encoding, body] = random.of(BOMBS);
      note(made, 'bomb', { headers: { ...made.headers, 'content-encoding': encoding }, body });
    },
  ],
  [0.001, (made) => note(made, 'large', { body: LARGE, broken: true })],
  [0.1, (made) => note(made, 'chunked', { chunked: true })],
  [0.02, (made) => note(made, 'cut short', { cut: true, broken: true })],
  [0.01, (made) => note(made, 'hardly HTTP', { garbled: true, broken: true })],
];

function note(made, what, change) {
  made.what.push(what);
  Object.assign(made, change);
}

function flood(random) {
  const value = 'v'.repeat(1 + random.below(40));
  return Object.fromEntries(
    Array.from({ length: 50 + random.below(1_500) }, (_, n) => [`x-flood-${n}`, value]),
  );
}

/** Compressed as announced, cut, or not at all what is announced. */
function compress(made, random) {
  const [encoding, encode] = random.of([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['GZIP ', gzipSync],
    ['gzip, br', gzipSync],
    ['zstd', (body) => body],
    ['gzip', (body) => body],
  ]);
  const whole = encode(made.body);
  const body = random.chance(0.3) ? whole.subarray(0, random.below(whole.length)) : whole;
  note(made, `encoding ${encoding}`, { headers: { ...made.headers, 'content-encoding': encoding }, body });
}

function wire(method, path, { headers, body, chunked, cut, garbled }) {
  const length = chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': body.length };
  const { 'content-length': _length, 'transfer-encoding': _coding, ...rest } = headers;
  const all = { host: 'localhost', connection: 'close', ...rest, ...length };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  const head = Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  const chunks = chunked
    ? [`${body.length.toString(16)}\r\n`, body, `${body.length > 0 ? '\r\n0\r\n' : ''}\r\n`]
    : [body];
  const bytes = Buffer.concat([head, ...chunks.map((chunk) => Buffer.from(chunk))]);
  if (garbled) bytes.fill(0x0a, 3, Math.min(40, bytes.length));
  return cut ? bytes.subarray(0, Math.floor(bytes.length / 2)) : bytes;
}
