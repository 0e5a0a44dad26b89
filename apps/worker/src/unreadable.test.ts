import { expect, test } from 'vitest';
import { longestWait } from './retention.js';
import { observed } from './testing/parts.js';
import { createUnreadable, NEWER_RETRY_MS } from './unreadable.js';

const trail = { note() {} };
const job = { id: 'job', attempts: 2, fault: 'eventId: expected string' };

test('a damaged delivery is dead-lettered with the fault and what to do', () => {
  const { observer, lines } = observed();
  const verdict = createUnreadable('one', { observer, trail })({ ...job, isNewer: false });
  expect(verdict).toMatchObject({ settle: 'dead', outcome: { reason: 'undecodable' } });
  expect(lines).toEqual([
    expect.objectContaining({
      record: 'delivery.settled',
      reason: 'undecodable',
      deliveryId: 'job',
      attempts: 3,
      detail: expect.stringMatching(/eventId: expected string.*longshore dead drop/),
    }),
  ]);
});

test('deliveries of a newer version wait, with one log line for all of them', () => {
  const { observer, lines } = observed();
  const unreadable = createUnreadable('one', { observer, trail });
  const before = Date.now();
  for (let n = 0; n < 10; n++) {
    const verdict = unreadable({ ...job, id: `job-${n}`, isNewer: true });
    if (verdict.settle !== 'deferred') throw new Error(`not deferred: ${verdict.settle}`);
    expect(verdict.until).toBeGreaterThanOrEqual(before + NEWER_RETRY_MS);
  }
  expect(lines.map(({ msg, endpoint }) => [msg, endpoint])).toEqual([
    ['deliveries were stored by a newer version and wait: upgrade this worker', 'one'],
  ]);
});

test('a short maxbackoff does not make them due before', () => {
  expect(longestWait({ kind: 'http', maxbackoff: 1_000 })).toBe(NEWER_RETRY_MS);
});
