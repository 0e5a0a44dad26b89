/** What a search shows: one event in full, several as a list. */
import type { EventHistory, HistoryStep } from '@longshore/event';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { expect, test } from 'vitest';
import { SearchPage } from './search.js';

const AT = '2026-11-21T09:30:05.730Z';

function trail(n: number, endpoints: number): EventHistory {
  const deliveries = Array.from({ length: endpoints }, (_, e) => ({
    id: `${n}-${e}`,
    endpoint: `hook-${e}`,
    state: e === 0 ? ('dead' as const) : ('delivered' as const),
    attempts: 1,
  }));
  const steps = deliveries.map(
    ({ endpoint, id }): HistoryStep =>
      ({
        ...{ step: 'attempted', at: AT, endpoint, deliveryId: id, attempt: 1, outcome: 'delivered' },
        ...{ reason: 'http_200', ms: 3, answer: 'x'.repeat(500) },
      }) as HistoryStep,
  );
  const names = { action: 'push', repository: 'acme/app', tag: '1.0', digest: `sha256:${'a'.repeat(64)}` };
  return {
    eventId: `event-${n}`,
    source: 'eu',
    ...names,
    receivedAt: AT,
    deliveries,
    steps,
    incomplete: false,
  };
}

const shown = (trails: EventHistory[], more = false): string =>
  renderToString(
    h(SearchPage, {
      traced: { search: 'acme/app:1.0', understood: ['a repository'], trails, more, gaps: [] },
    }),
  );

test('several events are a list, the newest first, and each opens with its id', () => {
  const html = shown([trail(2, 3), trail(1, 3)]);
  expect(html).toContain('2 events, newest first.');
  const links = [...html.matchAll(/href="(\/search\?q=[^"]+)"[^>]*>([^<]+)</g)].map(([, href, words]) => [
    href,
    words,
  ]);
  expect(links).toEqual([
    ['/search?q=event-2', 'push acme/app:1.0'],
    ['/search?q=event-1', 'push acme/app:1.0'],
  ]);
  expect(html).toContain('2 delivered, 1 dead-lettered');
  expect(html).toContain('>2026-11-21 09:30:05 UTC</time>');
  expect(html).not.toContain('timeline');
});

test('fifty events with twenty endpoints each are a page of a bounded size', () => {
  const html = shown(
    Array.from({ length: 50 }, (_, n) => trail(n, 20)),
    true,
  );
  expect(html).toContain('50 events, newest first. There are more');
  expect(html.length).toBeLessThan(50_000);
});

test('one event, also when two sources sent it, is shown in full', () => {
  for (const trails of [[trail(1, 2)], [trail(1, 2), { ...trail(1, 2), source: 'us' }]]) {
    const html = shown(trails);
    expect(html).toContain('class="timeline"');
    expect(html).toContain('<span class="state bad">dead-lettered</span>');
    expect(html).not.toContain('newest first');
  }
});

test('nothing found says what to try, without a table', () => {
  expect(shown([])).toContain('No events found for acme/app:1.0');
  expect(shown([])).not.toContain('<table');
});
