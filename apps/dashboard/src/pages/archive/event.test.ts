/** The deliveries of an archived event. */
import type { ArchivedEvent } from '@longshore/archive/items';
import type { EventHistory } from '@longshore/event';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { expect, test } from 'vitest';
import { EventPage } from './event.js';

const AT = '2026-11-21T09:30:05.730Z';

test('a delivery that waits for a paused endpoint says so', () => {
  const event: ArchivedEvent = {
    ...{ id: 'e1', at: AT, receivedAt: AT, source: 'eu', kind: 'distribution', action: 'push' },
    target: 'manifest',
  };
  const trail: EventHistory = {
    ...{ eventId: 'e1', source: 'eu', receivedAt: AT, steps: [], incomplete: false },
    deliveries: [{ id: 'd1', endpoint: 'hook', state: 'waiting', attempts: 0 }],
  };
  const traced = { search: 'e1', understood: [], trails: [trail], more: false, gaps: [] };
  const blocked = new Map([['hook', 'paused by the dashboard']]);
  expect(renderToString(h(EventPage, { event, traced, blocked }))).toContain(
    'endpoint paused by the dashboard',
  );
});
