import { QUARANTINED_BODY_BYTES } from '@longshore/event';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quarantinable, withoutTokens } from './tokens.js';

const MIB = 1024 * 1024;

/** What is removed, as an expression. It takes hours for a megabyte of `eyJ`, so it is used on short texts only. */
const TOKEN = /eyJ[\w-]{8,}(?:\.[\w-]*)+/g;
const expected = (text: string): string => text.replace(TOKEN, 'removed');
const scrubbed = (text: string): string => withoutTokens(Buffer.from(text, 'latin1')).toString('latin1');

test('what is removed is what the expression matches', () => {
  const part = fc.constantFrom(
    'eyJ',
    'eyJ',
    'e',
    'y',
    'J',
    'a',
    '-',
    '_',
    '.',
    '.',
    ' ',
    '"',
    'é',
    'aaaaaaa',
    '12345678',
  );
  const text = fc.array(part, { maxLength: 40 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, (given) => {
      expect(scrubbed(given)).toBe(expected(given));
    }),
    { numRuns: 5_000 },
  );
});

test.each([
  ['a token', '{"user":"eyJhbGciOiJub25lIn0.eyJ1c2VyIjoiY2kifQ.c2ln"}', '{"user":"removed"}'],
  ['a token that was cut off', '{"user":"eyJhbGciOiJub25lIn0.eyJ1c2', '{"user":"removed'],
  ['a token behind other letters', 'xxeyJhbGciOiJub25lIn0.e30.', 'xxremoved'],
  ['a header alone', 'eyJhbGciOiJub25lIn0', 'eyJhbGciOiJub25lIn0'],
  ['a header that is too short', 'eyJ1234567.e30', 'eyJ1234567.e30'],
  ['two tokens', 'eyJ12345678. eyJ12345678..', 'removed removed'],
])('%s', (_, text, kept) => {
  expect(scrubbed(text)).toBe(kept);
});

test('a body without a token is the same buffer', () => {
  const body = Buffer.from('eyJ and eyJ123 and no more');
  expect(withoutTokens(body)).toBe(body);
});

/** CPU time of this process in microseconds, the least of five tries: what else the machine does does not count. */
function cpuOf(work: () => void): number {
  const tries = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  });
  return Math.min(...tries);
}

describe('a megabyte takes sixteen times as long as a sixteenth of it', () => {
  test.each([
    ['starts without a dot', 'eyJ'],
    ['starts with a dot at the end', 'eyJ', '.'],
    ['tokens', 'eyJ12345678. '],
    ['dots', 'eyJ12345678..'],
    ['short headers', 'eyJ1.'],
  ])('%s', (_, repeated, end = '') => {
    const ofSize = (size: number) => Buffer.from(repeated.repeat(size / repeated.length) + end);
    const [part, whole] = [ofSize(MIB / 16), ofSize(MIB)];
    withoutTokens(whole); // compiled by now
    const repeat = (times: number, body: Buffer) => () => {
      for (let n = 0; n < times; n++) withoutTokens(body);
    };
    const parts = cpuOf(repeat(32, part));
    const wholes = cpuOf(repeat(2, whole));
    // The same number of bytes: about 1 when linear, about 16 when quadratic.
    expect(wholes / parts).toBeLessThan(6);
  });
});

test('a large body is cut before it is looked at, and keeps its length', () => {
  const { body, bytes } = quarantinable(Buffer.alloc(3 * MIB, 'eyJ12345678. '));
  expect(bytes).toBe(3 * MIB);
  expect(body.length).toBeLessThanOrEqual(QUARANTINED_BODY_BYTES);
  expect(body.toString()).not.toContain('eyJ12345678.');
  expect(quarantinable(Buffer.from('{'))).toEqual({ body: Buffer.from('{') });
});
