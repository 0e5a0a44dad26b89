import fc from 'fast-check';
import { parse, stringify } from 'lossless-json';
import { describe, expect, test } from 'vitest';
import { type ExactNumbers, exactNumbers, TOO_MANY_LARGE_NUMBERS } from './exact-numbers.js';

/** For a text that has not too many. */
function exact(text: string): ExactNumbers | undefined {
  const numbers = exactNumbers(text);
  if (typeof numbers === 'string') throw new Error(numbers);
  return numbers;
}

/** The text as it is written again. */
function rewritten(text: string): string {
  const numbers = exact(text);
  return numbers?.restore(JSON.stringify(numbers.value)) ?? JSON.stringify(JSON.parse(text));
}

describe('a number that JavaScript would change is written as it came', () => {
  test.each([
    '9007199254740993',
    '-9007199254740993',
    '12345678901234567890',
    '0.1234567890123456789',
    '3.14159265358979323846',
    '1e400',
    '-1E+400',
    '1e-400',
    '1.5e-400',
    `1e${'0'.repeat(20)}400`,
    '1'.repeat(500),
  ])('%s', (literal) => {
    for (const text of [
      literal,
      `[${literal}]`,
      `{"a":${literal}}`,
      `[1,${literal},2]`,
      `[\n ${literal} \n]`,
    ]) {
      expect(rewritten(text)).toBe(text.replace(/\s/g, ''));
    }
  });
});

test.each(['0', '-0.5', '1e2', '1.0', '123456789012345', '9007199254740991', '1e300', '0.1', '-0'])(
  '%s keeps its value',
  (literal) => {
    expect(Number(rewritten(literal))).toBe(Number(literal) + 0);
  },
);

test('digits in strings are left alone', () => {
  const text =
    '{"a":" 12345678901234567890 ","b":"\\",1e400,","12345678901234567890":[":1e400]"],"c":"\\\\"}';
  expect(exactNumbers(text)).toBeUndefined();
  const withNumber = text.replace('"c"', '"n":12345678901234567890,"c"');
  expect(rewritten(withNumber)).toBe(withNumber);
});

test('an ordinary event costs one look at its text', () => {
  const text = JSON.stringify({
    target: { digest: `sha256:${'7e5'.repeat(21)}0`, size: 31337421, url: 'http://10.0.0.1:5000/v2/1e5' },
    timestamp: '2026-03-14T09:26:53.589793238Z',
  });
  expect(exactNumbers(text)).toBeUndefined();
});

test('a number can be asked for', () => {
  const numbers = exact('{"id":9007199254740993,"name":"x","small":1}');
  const { id, name, small } = (numbers?.value ?? {}) as Record<string, unknown>;
  expect(numbers?.numberOf(id)).toBe('9007199254740993');
  expect(numbers?.numberOf(name)).toBeUndefined();
  expect(numbers?.numberOf(small)).toBeUndefined();
});

const literal = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.nat()).map(String),
    fc.oneof(
      fc.constant(''),
      fc.bigInt({ min: 0n, max: 10n ** 25n }).map((digits) => `.${digits}`),
    ),
    fc.oneof(
      fc.constant(''),
      fc.integer({ min: -500, max: 500 }).map((exponent) => `e${exponent}`),
    ),
  )
  .map((parts) => parts.join(''));

test('whatever the numbers are, their values stay', () => {
  const structure = fc.jsonValue({ maxDepth: 4 });
  const numbers = fc.array(literal, { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(structure, numbers, fc.constantFrom('', ' ', '\n\t'), (value, literals, space) => {
      const text = `{"value":${JSON.stringify(value)},"numbers":[${space}${literals.join(`${space},${space}`)}${space}]}`;
      expect(canonical(rewritten(text))).toBe(canonical(text));
    }),
    { numRuns: 500 },
  );
});

/** The text with every number in one form, read by a parser that keeps all digits. */
function canonical(text: string): string {
  const number = (digits: string) => {
    const [, sign = '', whole = '', fraction = '', exponent = '0'] =
      /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(digits) ?? [];
    const significant = (whole + fraction).replace(/^0+/, '');
    const trimmed = significant.replace(/0+$/, '');
    if (trimmed === '') return '0';
    const power = Number(exponent) - fraction.length + significant.length - trimmed.length;
    return `${sign}${trimmed}e${power}`;
  };
  return (
    stringify(parse(text, null, { parseNumber: number, onDuplicateKey: ({ newValue }) => newValue })) ?? ''
  );
}

describe('a request keeps 10,000 numbers exactly, and no more', () => {
  const list = (literal: string, count: number) => `[${Array(count).fill(literal).join()}]`;

  test.each(['1e400', '12345678901234567890', '0.10000000000000000', '1'.repeat(400)])('%s', (literal) => {
    expect(rewritten(list(literal, 10_000))).toBe(list(literal, 10_000));
    expect(exactNumbers(list(literal, 10_001))).toBe(TOO_MANY_LARGE_NUMBERS);
  });

  test.each([
    '1e5',
    '-1.5E+10',
    '123456789012345',
    '9007199254740991',
    '1700000000000000000',
    '0.1234567890123456',
  ])('%s is none of them', (literal) => {
    expect(exactNumbers(list(literal, 20_000))).toBeUndefined();
  });
});

/** CPU time of this process in microseconds, the least of three tries. */
function cpuOf(work: () => void): number {
  const tries = [1, 2, 3].map(() => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  });
  return Math.min(...tries);
}

test.each([
  ['numbers beyond a double', `[${Array(1_000_000).fill('1e400').join()}]`],
  ['numbers with an exponent', `[${Array(1_000_000).fill('1e5').join()}]`],
  ['many digits', `[${Array(300_000).fill('1700000000000000000').join()}]`],
  ['small numbers and a large one', `[${Array(1_000_000).fill('1').join()},12345678901234567890]`],
])('megabytes of %s cost no more than a few times their parsing', (_, text) => {
  const parsing = cpuOf(() => void JSON.parse(text));
  expect(cpuOf(() => void exactNumbers(text)) / parsing).toBeLessThan(30);
});

test.each([
  ['digits', `" ${'1'.repeat(8_000_000)}"`],
  ['digits and points', `" ${'1.'.repeat(4_000_000)}"`],
  ['spaces', `" 1e5${' '.repeat(8_000_000)}x"`],
  ['a number', '1'.repeat(8_000_000)],
  ['backslashes', `["${'\\\\'.repeat(4_000_000)}",12345678901234567]`],
])('eight megabytes of %s are read in time', (_, text) => {
  const before = process.cpuUsage();
  expect(() => exactNumbers(text)).not.toThrow();
  // Microseconds of this process, not of a machine that has other things to do.
  expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
});
