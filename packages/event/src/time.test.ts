import { afterEach, expect, test } from 'vitest';
import { localTime, utcTime } from './time.js';

const zone = process.env.TZ;
afterEach(() => {
  if (zone === undefined) Reflect.deleteProperty(process.env, 'TZ');
  else process.env.TZ = zone;
});

test.each([
  ['UTC', '2026-11-21 09:30:05 UTC'],
  ['Europe/Berlin', '2026-11-21 10:30:05 +01:00'],
  ['Asia/Kolkata', '2026-11-21 15:00:05 +05:30'],
  ['America/St_Johns', '2026-11-21 06:00:05 -03:30'],
])('in %s a moment is %s, and in UTC the same everywhere', (tz, text) => {
  process.env.TZ = tz;
  for (const at of ['2026-11-21T09:30:05.730Z', Date.UTC(2026, 10, 21, 9, 30, 5)]) {
    expect([localTime(at), utcTime(at)]).toEqual([text, '2026-11-21 09:30:05 UTC']);
  }
});
