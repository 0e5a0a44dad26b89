import { expect, test } from 'vitest';
import { memoryWarning } from './memory.js';

const MINUTE_MS = 60_000;
const rows = [
  { pulse: { endpoint: 'small', waiting: 1, active: 0, delayed: 0 } },
  { pulse: { endpoint: 'alistener', waiting: 11_000, active: 0, delayed: 1_000 } },
];
/** One sample every ten minutes. */
const samples = (...shares: number[]) => shares.map((share, at) => ({ at: at * 10 * MINUTE_MS, share }));

test.each([
  [
    'full',
    samples(0.5, 0.83),
    'Redis has used 83 % of its maxmemory, so ingest answers 503; largest backlog: alistener with 12,000 deliveries',
  ],
  [
    'fills up',
    samples(0.4, 0.45, 0.5),
    'Redis has used 50 % of its maxmemory and reaches 80 % in about 1h at the present rate; ingest answers 503 then; largest backlog: alistener with 12,000 deliveries',
  ],
  ['fills up within more than a day', samples(0.1, 0.101), undefined],
  ['drains', samples(0.5, 0.4), undefined],
  ['has one sample', samples(0.5), undefined],
  ['has no limit', [], undefined],
])('a Redis that is %s', (_, seen, words) => {
  expect(memoryWarning(seen, rows)).toBe(words);
});
