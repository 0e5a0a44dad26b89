/** The parts of a delivery's page that compute. */
import { execFileSync } from 'node:child_process';
import { renderToString } from 'preact-render-to-string';
import { expect, test } from 'vitest';
import { type Attempt, Attempts } from './attempts.js';
import { curlOf } from './curl.js';
import { timetable } from './timetable.js';

test('a request as curl is one command, whatever its text holds', () => {
  const request = {
    method: 'POST',
    headers: [
      ['Content-Type', 'application/json'],
      ['Content-Length', '12'],
      ['Authorization', '***'],
      ['X-Name', `it's; $(touch /tmp/x) \`y\``],
    ] as [string, string][],
    body: `{"a": "it's\n$HOME \\"}`,
  };
  const command = curlOf('https://x.example/a?b=***&c', request);
  // A shell gives the words back as they were written.
  const words = execFileSync('sh', ['-c', command.replace(/^curl/, `printf '%s\\0'`)], { encoding: 'utf8' });
  expect(words.split('\0').slice(0, -1)).toEqual([
    ...['--request', 'POST', 'https://x.example/a?b=***&c'],
    ...['--header', 'Content-Type: application/json', '--header', 'Authorization: ***'],
    ...['--header', request.headers[3]?.join(': '), '--data-raw', request.body],
  ]);
});

test('the timetable follows backoff, schedule and threshold', () => {
  const policy = { threshold: 5, backoff: 1_000, maxbackoff: 3_000, schedule: [] };
  expect(timetable(policy, 2, 10_000)).toEqual({
    planned: [
      { attempt: 3, at: 10_000 },
      { attempt: 4, at: 13_000 },
      { attempt: 5, at: 16_000 },
    ],
    all: 3,
  });
  const long = timetable({ ...policy, threshold: 1_000, schedule: [60_000] }, 1, 0);
  expect(long.planned).toHaveLength(10);
  expect(long.all).toBe(999);
  expect(long.planned[1]).toEqual({ attempt: 3, at: 3_000 });
  expect(timetable(policy, 5, 0)).toEqual({ planned: [], all: 0 });
});

test('a failed attempt shows what opening its connection took', () => {
  const failed: Attempt = {
    step: 'attempted',
    outcome: 'retry',
    reason: 'http_503',
    ...{ at: '2026-11-30T12:00:00Z', endpoint: 'e', deliveryId: 'd', attempt: 1, status: 503, ms: 250 },
    opening: { dns: 3, connect: 40, tls: 0 },
  };
  const page = renderToString(Attempts({ attempts: [failed], counted: 1 }));
  expect(page.replaceAll(/<[^>]*>/g, '')).toContain('250ms dns 3ms, connect 40ms, tls 0s');
});
