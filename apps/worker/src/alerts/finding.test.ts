import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { aLook, aPulse, aReceiver, failingPulse, MINUTE, NOW } from '../testing/alerts.js';
import { findingsFor } from './finding.js';

/** What fires, with its words. */
function firing(...[receiver, look]: Partial<Parameters<typeof findingsFor>>): Record<string, string> {
  const findings = findingsFor(receiver ?? aReceiver(), look ?? aLook([]), NOW);
  return Object.fromEntries(
    [...findings].filter(([, one]) => one.firing).map(([key, one]) => [key, one.summary]),
  );
}

test('a relay that is well gives nothing to tell', () => {
  expect(
    firing(undefined, aLook([aPulse(), aPulse({ endpoint: 'two', active: 3, oldestAt: NOW - 5 })])),
  ).toEqual({});
});

test.each([
  [{ failingSince: NOW - 5 * MINUTE }, 'one has failed for 5m, last answer 503'],
  [{ failingSince: NOW - 5 * MINUTE + 1 }, undefined],
  // Only dead ones are left: somebody has to replay them.
  [{ delayed: 0, dead: 1 }, 'one has failed for 6m, last answer 503'],
  // Nothing is left that could be attempted or replayed.
  [{ delayed: 0 }, undefined],
  [{ pausedByOperator: true }, undefined],
])('an endpoint with %j has failed too long: %s', (seen, summary) => {
  expect(firing(aReceiver({ dead: 0 }), aLook([failingPulse(seen)]))['failing one']).toBe(summary);
});

test('what an endpoint does instead of failing is said', () => {
  const words = (pulse: Parameters<typeof aPulse>[0]) =>
    findingsFor(aReceiver(), aLook([aPulse(pulse)]), NOW).get('failing one')?.summary;
  expect(words({ lastDeliveredAt: NOW })).toBe('one delivers again');
  expect(words({ failingSince: 1 })).toBe('one has nothing left to deliver');
  expect(words({ failingSince: 1, delayed: 1, pausedByOperator: true })).toBe('one is paused');
});

test.each([
  [{}, 'Waiting deliveries are delivered by themselves once it is fixed'],
  [{ delayed: 0, dead: 1 }, 'Once it is fixed, longshore dead retry --endpoint one'],
])('of an endpoint with %j the message says what happens once it is fixed', (seen, words) => {
  const finding = findingsFor(aReceiver(), aLook([failingPulse(seen)]), NOW).get('failing one');
  expect(finding?.next).toContain(words);
});

test('dead and old deliveries are conditions, also of an endpoint that is paused', () => {
  const pulse = aPulse({
    waiting: 9,
    dead: 2,
    newestDeadAt: NOW,
    oldestAt: NOW - 15 * MINUTE,
    pausedByOperator: true,
  });
  expect(firing(undefined, aLook([pulse]))).toEqual({
    'dead one': 'one has 2 in its dead-letter set',
    'backlog one': 'the oldest delivery of one has been queued for 15m; the endpoint is paused',
  });
  expect(findingsFor(aReceiver(), aLook([pulse]), NOW).get('backlog one')?.next).toBe('longshore resume one');
});

test('what is in quarantine and the memory of Redis are conditions of the relay', () => {
  expect(firing(undefined, aLook([], { quarantined: 3, memory: 0.696 }))).toEqual({
    quarantine: '3 in quarantine: events that could not be read and are not delivered',
    memory: 'Redis has used 70 % of its maxmemory; from 80 % on ingest answers 503',
  });
});

test('0 switches a condition off, and other endpoints are for others', () => {
  const look = aLook([failingPulse({ dead: 1, oldestAt: 1 })], { quarantined: 1, memory: 1 });
  const none = { after: 0, age: 0, dead: 0, quarantine: 0, memory: 0 };
  expect(firing(aReceiver(none), look)).toEqual({});
  expect(Object.keys(firing(aReceiver({ endpoints: ['two', 'o*e'] }), look))).toHaveLength(5);
  expect(Object.keys(firing(aReceiver({ endpoints: ['two'] }), look))).toEqual(['quarantine', 'memory']);
});

test('an endpoint that is disabled, or not in the configuration, is not looked at', () => {
  const pulses = [failingPulse({ dead: 1 }), failingPulse({ endpoint: 'two', dead: 1 })];
  const endpoints = [{ name: 'one', disabled: true, paused: false }];
  expect(firing(undefined, aLook(pulses, { endpoints }))).toEqual({});
});

test('each names a heading of the runbooks that there is', () => {
  const look = aLook([aPulse()]);
  for (const { runbook } of findingsFor(aReceiver(), look, NOW).values()) {
    const [page, anchor] = runbook.split('#');
    const file = new URL(`../../../../docs/runbooks/${page}`, import.meta.url);
    expect(existsSync(file), runbook).toBe(true);
    const anchors = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('#'))
      .map((line) =>
        line
          .replace(/^#+ /, '')
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
          .trim()
          .replaceAll(/\s/g, '-'),
      );
    expect(anchors).toContain(anchor);
  }
});
