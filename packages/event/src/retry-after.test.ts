import { expect, test } from 'vitest';
import { notBeforeOf } from './retry-after.js';

const now = Date.UTC(2026, 10, 21, 9, 30, 0);
const inOneMinute = now + 60_000;
const year = 365 * 24 * 3_600_000;

test.each([
  ['60', inOneMinute],
  [' 60 ', inOneMinute],
  ['0.5', now + 500],
  ['0.0001', now + 1],
  ['Sat, 21 Nov 2026 09:31:00 GMT', inOneMinute],
  ['Saturday, 21-Nov-26 09:31:00 GMT', inOneMinute],
  ['Sat Nov 21 09:31:00 2026', inOneMinute],
  ['99999999999999999999', now + year],
  [`${'9'.repeat(400)}`, now + year],
  ['Fri, 31 Dec 9999 23:59:59 GMT', now + year],
])('Retry-After: %s', (value, expected) => {
  expect(notBeforeOf(value, now)).toBe(expected);
});

test.each([
  undefined,
  '',
  '0',
  '-5',
  '+5',
  '1e3',
  '0x10',
  'soon',
  '5 minutes',
  '2026-11-21T09:31:00Z',
  'Sat, 21 Nov 2026 09:30:00 GMT',
  'Sat, 21 Nov 2026 09:29:59 GMT',
  'Thu, 01 Jan 1970 00:00:00 GMT',
  'Sat, 41 Nov 2026 09:31:00 GMT',
])('Retry-After: %s says nothing', (value) => {
  expect(notBeforeOf(value, now)).toBeUndefined();
});
