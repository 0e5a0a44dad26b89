import type { EventHistory, HistoryAnswer, Reason } from '@longshore/event';
import { expect, test } from 'vitest';
import { timeline } from './timeline.js';
import type { View } from './view.js';

const AT = '2026-11-21T14:08:00.000Z';
const NOW = Date.parse('2026-11-21T14:30:00.000Z');

/** One delivery that failed once and is due. */
function linesOf(endpoint: string, blocked: View['blocked'] = new Map()): string[] {
  const id = '5d41402abc4b2a76b9719d911017c592';
  const trail: EventHistory = {
    eventId: 'e',
    receivedAt: AT,
    deliveries: [{ id, endpoint, state: 'delayed', attempts: 1, until: AT }],
    steps: [
      {
        step: 'attempted',
        at: AT,
        eventId: 'e',
        source: 'registry',
        endpoint,
        deliveryId: id,
        attempt: 1,
        outcome: 'retry',
        reason: 'http_503',
        status: 503,
        ms: 20,
        retryAt: AT,
      },
    ],
    incomplete: false,
  };
  const traced: HistoryAnswer = { search: 'e', understood: [], trails: [trail], more: false, gaps: [] };
  return timeline(trail, traced, { paint: (_, text) => text, now: NOW, option: '', blocked });
}

test('a delivery that is due at a blocked endpoint has no next attempt', () => {
  const lines = linesOf('gone', new Map([['gone', 'not in the configuration']]));
  expect(lines).toContain('  gone  failed 1 time; endpoint not in the configuration');
  expect(linesOf('gone')).toContain('  gone  failed 1 time, next attempt now');
});

test.each<[reason: Reason, actions: string[]]>([
  ['http_503', ['retry']],
  ['undecodable', ['show', 'drop']],
])('the next steps for a delivery that is dead with the reason %s', (reason, actions) => {
  const last = { attempt: 1, at: AT, reason };
  const delivery = { id: 'd', endpoint: 'one', state: 'dead', attempts: 1, last } as const;
  const trail: EventHistory = { eventId: 'e', deliveries: [delivery], steps: [], incomplete: false };
  const traced: HistoryAnswer = { search: 'e', understood: [], trails: [trail], more: false, gaps: [] };
  const view: View = { paint: (_, text) => text, now: NOW, option: '', blocked: new Map() };
  const lines = timeline(trail, traced, view);
  expect(lines.slice(lines.indexOf('Next:') + 1)).toEqual(
    actions.map((action) => `  longshore dead ${action} d  # one`),
  );
});

test('with a long name the steps still fit into 80 columns', () => {
  const name = 'n'.repeat(60);
  const lines = linesOf(name);
  const at = lines.findIndex((line) => line.endsWith(name));
  expect(lines[at + 1]).toMatch(/^ +attempt 1: 503/);
  expect(Math.max(...lines.slice(at).map((line) => line.length))).toBeLessThanOrEqual(80);
});
