/**
 * The value of a YAML scalar in the registry. The registry reads its file with gopkg.in/yaml.v2 (2.4), which is
 * YAML 1.1 with that library's own edges: `yes` is a boolean, `010` is eight, `1_000` is a thousand, `08` is
 * a float, `1:30` is text. This is its `resolve` function; numbers keep their full 64 bits.
 *
 * Timestamps stay text: no setting is one, and where a number is wanted both are refused.
 */

/** A scalar's value. `bad`: an explicit tag that the text does not fit, which the registry refuses. */
export type Resolved =
  | { kind: 'null' }
  | { kind: 'bool'; value: boolean }
  | { kind: 'int'; value: bigint }
  | { kind: 'float'; value: number }
  | { kind: 'text'; value: string }
  | { kind: 'bad'; why: string };

const WORDS = new Map<string, Resolved>([
  ...words({ kind: 'null' }, ['', '~', 'null', 'Null', 'NULL']),
  ...words({ kind: 'bool', value: true }, ['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE']),
  ...words({ kind: 'bool', value: true }, ['on', 'On', 'ON']),
  ...words({ kind: 'bool', value: false }, ['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE']),
  ...words({ kind: 'bool', value: false }, ['off', 'Off', 'OFF']),
  ...words({ kind: 'float', value: Number.NaN }, ['.nan', '.NaN', '.NAN']),
  ...words({ kind: 'float', value: Number.POSITIVE_INFINITY }, ['.inf', '.Inf', '.INF']),
  ...words({ kind: 'float', value: Number.POSITIVE_INFINITY }, ['+.inf', '+.Inf', '+.INF']),
  ...words({ kind: 'float', value: Number.NEGATIVE_INFINITY }, ['-.inf', '-.Inf', '-.INF']),
]);

const INTEGER = /^[-+]?(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/;
const SIGNED_BINARY = /^0b[-+][01]+$/;
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);
const MAX_UINT64 = 2n ** 64n - 1n;

/** Resolves a scalar. `quoted`: any style but plain. `tag`: an explicit tag in its long form. */
export function resolve(text: string, quoted: boolean, tag?: string): Resolved {
  if (tag === undefined) return quoted ? { kind: 'text', value: text } : plain(text);
  switch (tag.replace(/^tag:yaml\.org,2002:/, '!!')) {
    case '!!int':
      return wanted(plain(text), ['int'], text, tag);
    case '!!float':
      return asFloat(wanted(plain(text), ['float', 'int'], text, tag));
    case '!!bool':
      return wanted(plain(text), ['bool'], text, tag);
    case '!!null':
      return wanted(plain(text), ['null'], text, tag);
    case '!!binary':
      return decoded(text);
    default:
      return { kind: 'text', value: text };
  }
}

function plain(text: string): Resolved {
  const word = WORDS.get(text);
  if (word) return word;
  const first = text.charAt(0);
  if (first === '.') return float(text) ?? { kind: 'text', value: text };
  if (!/[-+0-9]/.test(first)) return { kind: 'text', value: text };
  const digits = text.replaceAll('_', '');
  return integer(digits) ?? float(digits) ?? { kind: 'text', value: text };
}

function integer(text: string): Resolved | undefined {
  if (SIGNED_BINARY.test(text)) return integer(`${text.charAt(2)}0b${text.slice(3)}`);
  if (!INTEGER.test(text)) return undefined;
  const negative = text.startsWith('-');
  // A leading 0 is octal, as in C; BigInt wants the newer 0o.
  const magnitude = BigInt(text.replace(/^[-+]/, '').replace(/^0(?=[0-7])/, '0o'));
  const value = negative ? -magnitude : magnitude;
  const unsigned = /^[0-9]/.test(text) ? MAX_UINT64 : MAX_INT64;
  return value >= MIN_INT64 && value <= unsigned ? { kind: 'int', value } : undefined;
}

function float(text: string): Resolved | undefined {
  if (!FLOAT.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? { kind: 'float', value } : undefined;
}

const asFloat = (resolved: Resolved): Resolved =>
  resolved.kind === 'int' ? { kind: 'float', value: Number(resolved.value) } : resolved;

function wanted(resolved: Resolved, kinds: Resolved['kind'][], text: string, tag: string): Resolved {
  if (kinds.includes(resolved.kind)) return resolved;
  const name = tag.replace(/^.*:/, '!!');
  return { kind: 'bad', why: text === '' ? `nothing is no ${name}` : `the value is no ${name}` };
}

function decoded(text: string): Resolved {
  const base64 = text.replaceAll(/[\r\n]/g, '');
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64)
    ? { kind: 'text', value: Buffer.from(base64, 'base64').toString('utf8') }
    : { kind: 'bad', why: 'the value is no base64' };
}

function words(resolved: Resolved, texts: string[]): [string, Resolved][] {
  return texts.map((text) => [text, resolved]);
}

/**
 * What yaml.v2 puts into a Go int64: integers, and floats cut at the point. Undefined: it refuses.
 * An infinitely negative float becomes the smallest integer, as on amd64.
 */
export function asInt64(resolved: Resolved): bigint | undefined {
  if (resolved.kind === 'int') return resolved.value <= MAX_INT64 ? resolved.value : undefined;
  if (resolved.kind !== 'float' || !(resolved.value < Number(MAX_INT64))) return undefined;
  return resolved.value < Number(MIN_INT64) ? MIN_INT64 : BigInt(Math.trunc(resolved.value));
}
