import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DURATION_PATTERN, formatDuration, milliseconds, parseDuration } from './duration.js';

test.each([
  ['0', 0n],
  ['-0', 0n],
  ['5s', 5_000_000_000n],
  ['1478s', 1_478_000_000_000n],
  ['-5s', -5_000_000_000n],
  ['+5s', 5_000_000_000n],
  ['5.0s', 5_000_000_000n],
  ['.5s', 500_000_000n],
  ['1.s', 1_000_000_000n],
  ['100.00100s', 100_001_000_000n],
  ['11us', 11_000n],
  ['12µs', 12_000n],
  ['12μs', 12_000n],
  ['39h9m14.425s', 140_954_425_000_000n],
  ['52763797000ns', 52_763_797_000n],
  ['1s1s', 2_000_000_000n],
  ['0.3333333333333333333h', 1_200_000_000_000n],
  ['0.100000000000000000000h', 360_000_000_000n],
  ['0.9223372036854775807s', 922_337_203n],
  ['9007199254740993ns', 9_007_199_254_740_993n],
  ['9223372036854775807ns', 9_223_372_036_854_775_807n],
  ['-9223372036854775808ns', -9_223_372_036_854_775_808n],
])('%s is %i nanoseconds, as in Go', (text, nanoseconds) => {
  expect(parseDuration(text)).toBe(nanoseconds);
  expect(text).toMatch(new RegExp(DURATION_PATTERN));
});

test.each([
  '',
  '3',
  '-',
  's',
  '.',
  '-.',
  '.s',
  '+.s',
  '1d',
  '1S',
  '5 s',
  '1e3s',
  ' 5s',
  '5s ',
  '1,5s',
  '--5s',
  '٣s',
])('%j is no duration, as in Go', (text) => {
  expect(parseDuration(text)).toBeUndefined();
  expect(text).not.toMatch(new RegExp(DURATION_PATTERN));
});

test.each(['9223372036854775808ns', '2562047h47m16.854775808s', '3000000h', '-9223372036854775809ns'])(
  '%s is more than 64 bits hold',
  (text) => expect(parseDuration(text)).toBeUndefined(),
);

test.each([
  [0, '0s'],
  [0.0005, '500ns'],
  [0.0015, '1.5µs'],
  [1.5, '1.5ms'],
  [1_000, '1s'],
  [90_000, '1m30s'],
  [3_600_000, '1h'],
  [86_400_000, '24h'],
  [5_400_500, '1h30m0.5s'],
  [-1_000, '-1s'],
])('%d ms is written %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

test('what is written parses to the same duration', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 50n), max: 2n ** 50n }), (nanoseconds) => {
      expect(parseDuration(formatDuration(milliseconds(nanoseconds)))).toBe(nanoseconds);
    }),
  );
});

test('parts add up, whatever their order', () => {
  const part = fc.tuple(fc.integer({ min: 0, max: 1e6 }), fc.constantFrom('ns', 'us', 'ms', 's', 'm', 'h'));
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
      const one = (amount: number, unit: string) => parseDuration(`${amount}${unit}`) ?? 0n;
      const sum = parts.reduce((total, [amount, unit]) => total + one(amount, unit), 0n);
      const together = parts.map(([amount, unit]) => `${amount}${unit}`).join('');
      expect(parseDuration(together)).toBe(sum < 2n ** 63n ? sum : undefined);
    }),
  );
});
