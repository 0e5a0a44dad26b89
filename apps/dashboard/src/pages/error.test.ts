/** What a page says when it cannot show what it is for. */
import { eventually } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { endpoints, startDashboard } from '../testing/dashboard.js';

test.each(['/nowhere', '/deliveries/0', '/dead?since=never'])(
  'the page of the error at %s has one heading',
  async (path) => {
    const dashboard = await startDashboard(endpoints('one'));
    const html = await (await dashboard.get(path)).text();
    expect(html.match(/<h1[ >]/g)).toHaveLength(1);
  },
);

test('without Redis a page says that no events are lost, and not to send again', async () => {
  const dashboard = await startDashboard(endpoints('one'));
  dashboard.client.disconnect();
  await eventually(() => dashboard.client.status !== 'ready');
  for (const path of ['/', '/endpoints/one', '/dead', '/quarantine', '/search?q=a']) {
    const response = await dashboard.get(path);
    const html = await response.text();
    expect([path, response.status]).toEqual([path, 503]);
    expect(html).toContain('Redis unavailable');
    expect(html).toContain('No events are lost');
    expect(html).not.toContain('send');
  }
});

test('an address that is not known makes no long answer, and nothing in it acts on the page', async () => {
  const dashboard = await startDashboard(endpoints('one'));
  const long = `/${'a'.repeat(10_000)}`;
  const page = await (await dashboard.get(long)).text();
  expect(page.length).toBeLessThan(4_000);
  for (const path of [`/api/v1${long}`, `/api/v1/endpoints${long}`, `/api/v1/deliveries${long}`]) {
    const answer = await (await dashboard.get(path)).text();
    expect([path.slice(0, 20), answer.length < 1_200]).toEqual([path.slice(0, 20), true]);
  }
  const answer = await (await dashboard.get('/api/v1/endpoints/%E2%80%AE%C2%9B')).text();
  expect(answer).toContain('\\u202e');
  expect(answer).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});
