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

test('without Redis a page says that nothing is lost, and tells nobody to send again', async () => {
  const dashboard = await startDashboard(endpoints('one'));
  dashboard.client.disconnect();
  await eventually(() => dashboard.client.status !== 'ready');
  for (const path of ['/', '/endpoints/one', '/dead', '/quarantine', '/search?q=a']) {
    const response = await dashboard.get(path);
    const html = await response.text();
    expect([path, response.status]).toEqual([path, 503]);
    expect(html).toContain('Redis does not answer');
    expect(html).toContain('Nothing is lost');
    expect(html).not.toContain('send');
  }
});
