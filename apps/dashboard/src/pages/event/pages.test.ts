/** Events and deliveries of a relay without an archive, over a real Redis and real HTTP. */
import { deliveryId } from '@longshore/event';
import { createTrail } from '@longshore/queue/trail';
import { eventually } from '@longshore/testkit';
import { render } from 'preact-render-to-string';
import { expect, test } from 'vitest';
import { endpoints, startDashboard } from '../../testing/dashboard.js';
import { RecentPage } from './recent.js';

const limits = () => ({ age: 86_400_000, count: 1_000, bytes: 2 ** 24 });
const hostile = '<img src=x onerror=alert(1)>';

test('what came in is listed from the trail, and an event of 100 endpoints is a matrix that is short', async () => {
  const dashboard = await startDashboard(endpoints('one'));
  const { client, prefix } = dashboard;
  const page = async (path: string) => (await dashboard.get(path)).text();
  expect(await page('/events')).toContain('No events yet');

  const trail = createTrail({ client, prefix, limits });
  const of = { source: 'distribution', eventId: 'e1' };
  const planned = Array.from({ length: 100 }, (_, n) => {
    const endpoint = `endpoint-${n}`;
    return { endpoint, deliveryId: deliveryId({ endpoint, ...of }) };
  });
  const at = Date.now();
  const view = { action: 'push', repository: hostile, tag: '1.0' };
  trail.note({
    ...{ step: 'received', at, kind: 'distribution', nativeType: 'push', view, actor: hostile, ...of },
    ...{ planned, ignored: [] },
  });
  const result = { attempt: 1, status: 200, reason: 'http_200', ms: 5 } as const;
  for (const [n, place] of planned.entries()) {
    if (n > 1)
      trail.note({ step: 'attempted', at: at + n, outcome: 'delivered', ...result, ...place, ...of });
  }
  const failed = { outcome: 'retry', status: 503, reason: 'http_503', detail: hostile } as const;
  for (const attempt of [1, 2]) {
    const own = { ...result, ...failed, attempt, answer: hostile };
    trail.note({
      step: 'attempted',
      at: at + attempt,
      ...own,
      ...(planned[0] ?? { endpoint: '', deliveryId: '' }),
      ...of,
    });
  }
  await trail.close();

  const list = await eventually(
    () => page('/events'),
    (html) => html.includes('100 endpoints'),
  );
  expect(list).toContain('The trail reaches back to');
  expect(list).toContain('href="/event?id=e1&amp;source=distribution"');

  const event = await page('/event?id=e1&source=distribution');
  expect(event).toContain('98 endpoints delivered at the first attempt');
  expect(event.match(/class="cell failed"/g)).toHaveLength(2);
  expect(event.indexOf('endpoint-0<')).toBeLessThan(event.indexOf('endpoint-50<'));
  // Its job is gone, and the history remembers it.
  const gone = await page(`/deliveries/${planned[0]?.deliveryId}`);
  expect(gone).toContain('response body');
  for (const html of [list, event, gone]) expect(html).not.toContain('<img');
  expect((await dashboard.get(`/deliveries/${'0'.repeat(32)}`)).status).toBe(404);
  expect((await dashboard.get('/event?id=never')).status).toBe(404);
});

test('a page of the trail that has attempts only says that events are further back', () => {
  const html = render(RecentPage({ events: [], next: '1-1' }));
  expect(html).toContain('events are further back');
  expect(html).not.toContain('No events yet');
});
