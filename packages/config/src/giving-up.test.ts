import { expect, test } from 'vitest';
import { describe } from './describe.js';
import { givingUpTimes } from './giving-up.js';
import { configFrom } from './read.js';
import { file } from './samples/trap.js';

const lineOf = (settings: string): string | undefined => {
  const { config } = configFrom(Buffer.from(file(settings)), {});
  const text = config && describe(config).text;
  return text
    ?.split('\n')
    .find((line) => line.includes('gives up'))
    ?.trim();
};

test.each([
  [
    'threshold: 5, backoff: 1s',
    'gives up 15s after the first attempt (12s to 23s, with jitter and timeouts)',
  ],
  ['timeout: 1s', 'gives up 8m31s after the first attempt (6m49s to 10m23s, with jitter and timeouts)'],
  [
    'threshold: 2, timeout: 5s',
    'gives up 1s after the first attempt (800ms to 11s, with jitter and timeouts)',
  ],
  [
    'threshold: 4, maxbackoff: 1s',
    'gives up 3s after the first attempt (2.4s to 7s, with jitter and timeouts)',
  ],
  [
    'schedule: [5s, 1m], threshold: 4',
    'gives up 2m5s after the first attempt (1m40s to 2m34s, with jitter and timeouts)',
  ],
  ['threshold: 1', 'gives up after the first attempt'],
  ['threshold: 9000000000000000000', 'gives up more than a year after the first attempt'],
])('with %s it %s', (settings, line) => expect(lineOf(settings)).toBe(line));

test('a run of preheat takes as long as it takes, so its timeout does not count', () => {
  const { config } = configFrom(
    Buffer.from(`notifications: { endpoints: [{ name: warm, kind: preheat, threshold: 9, backoff: 2s,
      preheat: { registry: { url: http://registry/ }, targets: [{ name: m, kind: pull-through, url: http://m/ }] } }] }`),
    {},
  );
  expect(config && describe(config).text).toContain(
    'gives up 8m30s after the first attempt (6m48s to 10m12s, with jitter, without the time of attempts)',
  );
});

test('each endpoint that gets anything is in the times for programs', () => {
  const { config } = configFrom(
    Buffer.from(`notifications: { endpoints: [{ name: a, url: http://a/, threshold: 5 },
      { name: b, url: http://b/ }, { name: c, url: http://c/, disabled: true }] }`),
    {},
  );
  expect(givingUpTimes(config?.notifications.endpoints ?? [])).toEqual({ a: '15s', b: '8m31s' });
});
