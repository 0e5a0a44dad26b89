import type { ArchivedEvent } from '@longshore/archive/items';
import type { EventHistory } from '@longshore/event';
import { expect, test } from 'vitest';
import { statementOf } from './statement.js';
import { proofText } from './text.js';

const AT = '2026-11-21T06:29:56.000Z';
const archived = (id: string): ArchivedEvent => ({
  ...{ id, at: AT, receivedAt: AT, source: 'distribution', kind: 'distribution' },
  ...{ action: 'push', target: 'manifest', repository: 'acme/app', tag: '1.0', actor: 'ci' },
});
const trail = (more: Partial<EventHistory>): EventHistory => ({
  ...{ eventId: 'a', source: 'distribution', action: 'push', repository: 'acme/app', tag: '1.0' },
  ...{ receivedAt: AT, deliveries: [], steps: [], incomplete: true, ...more },
});

test('an event that only the archive knows is listed, and its deliveries are not claimed', () => {
  const found = {
    ...{ search: 'acme/app:1.0', understood: [], more: false, since: '2026-11-22T00:00:00.000Z' },
    gaps: [{ since: AT, until: AT, count: 0, why: 'behind' as const }],
    trails: [
      trail({
        deliveries: [{ id: 'd', endpoint: 'one', state: 'delivered', attempts: 3, settledAt: AT }],
        steps: [
          {
            ...{ step: 'attempted', at: AT, endpoint: 'one', deliveryId: 'd', attempt: 3, ms: 5 },
            ...{ outcome: 'delivered', status: 200, reason: 'http_200' },
          },
        ],
      }),
    ],
  };
  const events = [archived('a'), archived('b')];
  const span = { source: 'distribution', since: AT, until: AT };
  const unproven = { ...span, verdict: 'unknown' as const, note: 'the registry restarted' };
  const spans = [unproven, { ...span, verdict: 'complete' as const }];
  const statement = statementOf({
    ...{ subject: { repository: 'acme/app', tag: '1.0' }, found, now: Date.parse(AT), version: '1.2.3' },
    archived: { events, coverage: { since: AT, sources: [], spans }, more: true },
  });
  expect(statement.events).toMatchObject([
    {
      id: 'a',
      actor: 'ci',
      history: 'part',
      deliveries: [{ endpoint: 'one', attempts: 3, tries: [{ status: 200 }] }],
    },
    { id: 'b', history: 'none', deliveries: [] },
  ]);
  expect(statement.evidence).toEqual({
    ...{
      history: '2026-11-22T00:00:00.000Z',
      archive: AT,
      gaps: found.gaps,
      unproven: [unproven],
      more: true,
    },
  });
  const text = proofText(statement).join('\n');
  expect(text).toContain('after 3 attempts, answer: 200 OK\n');
  expect(text).toContain('deliveries unknown');
  expect(text).toContain('entries of the history are missing');
  expect(text).toContain('Entries of the history are missing from');
  expect(text.match(/Events of source .*/g)).toEqual([
    expect.stringMatching(/^Events of source distribution may be missing from .*: the registry restarted\.$/),
  ]);
  expect(text).toContain('older events that are not listed');
});

test('an event that the registry did not send is marked, with its bounds', () => {
  const since = '2026-11-20T06:00:00.000Z';
  const body = (more: object) => ({ id: 'a', longshore: { origin: 'reconcile', since, until: AT, ...more } });
  const events = [
    { ...archived('a'), body: body({}) },
    { ...archived('b'), body: body({ firstSeen: true, since: undefined }) },
    { ...archived('c'), body: { id: 'c' } },
  ];
  const found = { search: 'acme/app:1.0', understood: [], more: false, gaps: [], trails: [trail({})] };
  const statement = statementOf({
    ...{ subject: { repository: 'acme/app', tag: '1.0' }, found, now: Date.parse(AT), version: '1.2.3' },
    archived: { events, coverage: { since: AT, sources: [], spans: [] }, more: false },
  });
  expect(statement.events.map(({ id, synthesized }) => [id, synthesized])).toEqual([
    ['a', { by: 'reconcile', since, until: AT }],
    ['b', { by: 'reconcile', until: AT, firstSeen: true }],
    ['c', undefined],
  ]);
  const text = proofText(statement);
  expect(text.filter((line) => line.includes('not sent by the registry'))).toHaveLength(2);
  expect(text.find((line) => line.includes('happened after'))).toMatch(/ and before /);
  expect(text.find((line) => line.includes('went to the archive alone'))).toMatch(/happened before/);
});
