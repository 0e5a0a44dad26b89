/** Bodies that went wrong: JSON with its values swapped, buried and doubled, and bytes that are torn. */

const huge = (size) => 'x'.repeat(size);
const nested = (depth, open, close) => open.repeat(depth) + close.repeat(depth);

/** JSON texts of odd values. Some are numbers that no double holds, some are deeper than a stack. */
const ODD = [
  '""',
  '0',
  '-0',
  'null',
  'true',
  '[]',
  '{}',
  '1e400',
  '-1e-400',
  '123456789012345678901234567890',
  '"\\u0000"',
  '"\\ud800"',
  '"\\u202e../../etc/passwd"',
  '"sha256:zz"',
  '"{}[]():*"',
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '{"toString":1,"valueOf":2,"hasOwnProperty":3,"length":-1}',
  '{"toJSON":"x","then":1}',
  `"${huge(2_000)}"`,
  `"${huge(200_000)}"`,
  nested(150, '[', ']'),
  nested(300, '{"a":', '}').replace('{"a":}', '{"a":1}'),
  nested(5_000, '[', ']'),
  nested(20_000, '[', ']'),
  `[${Array(5_000).fill('{}').join()}]`,
  `[${Array(60_000).fill(0).join()}]`,
  `{${Array.from({ length: 2_000 }, (_, n) => `"k${n}":${n}`).join()}}`,
];

/** A JSON text with up to four changes; bytes that are no JSON only come torn. */
export function brokenBody(random, original) {
  if (original.length === 0 || random.chance(0.15)) return torn(random, original);
  let text = original.toString('utf8');
  for (let changes = 1 + random.below(4); changes > 0; changes--) text = changed(random, text);
  const bytes = Buffer.from(text);
  return random.chance(0.1) ? torn(random, bytes) : bytes;
}

const VALUE = /"(?:[^"\\]|\\.){0,200}"(?!\s*:)|-?\d+(?:\.\d+)?|true|false|null/g;
const MEMBER = /"((?:[^"\\]|\\.){1,60})"\s*:/g;

/** On the text, so that a change can be what no JSON writer writes: a key that is there twice. */
function changed(random, text) {
  const places = [...text.slice(0, 20_000).matchAll(random.chance(0.5) ? VALUE : MEMBER)];
  if (places.length === 0) return random.of(ODD);
  const place = random.of(places);
  const [whole, key] = place;
  const before = text.slice(0, place.index);
  const after = text.slice(place.index + whole.length);
  if (key === undefined) return before + random.of(ODD) + after;
  switch (random.below(4)) {
    case 0: // the same key again, before its own
      return `${before}"${key}":${random.of(ODD)},${whole}${after}`;
    case 1:
      return `${before}"${key.toUpperCase()}":${after}`;
    case 2:
      return `${before}"__proto__":${after}`;
    default:
      return `${before}"${huge(1 + random.below(3_000))}":1,${whole}${after}`;
  }
}

const BYTES = [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xef, 0xbb, 0xbf], [0], [0x22], [0x5c], [0x7b]];

/** Cut, or some bytes of it replaced by ones that are no UTF-8 or end a string too early. */
function torn(random, original) {
  const at = random.below(original.length + 1);
  const bytes = Buffer.from(random.of(BYTES));
  const rest = random.chance(0.4) ? [] : [original.subarray(at + bytes.length)];
  return Buffer.concat([original.subarray(0, at), bytes, ...rest]);
}
