import { expect, test } from 'vitest';
import { endpoints, startDashboard, type TestDashboard } from '../../testing/dashboard.js';

const HOSTILE = '"><img src=x onerror=alert(1)>';

async function home(dashboard: TestDashboard, query = ''): Promise<string> {
  const answer = await dashboard.get(`/${query}`);
  expect(answer.status).toBe(200);
  return answer.text();
}

/** Names of the rows, in their order. */
const rows = (html: string): string[] =>
  [...html.matchAll(/<th scope="row"[^>]*><a[^>]*>([^<]*)<\/a>/g)].map(([, name = '']) => name);

test('of 1,000 endpoints a page has fifty, the most urgent first, and says how many there are', async () => {
  const names = Array.from({ length: 1_000 }, (_, n) => `tenant-${String(n).padStart(4, '0')}`);
  const dashboard = await startDashboard(endpoints(...names));
  await dashboard.die('tenant-0777');
  const html = await home(dashboard);
  expect(rows(html)).toHaveLength(50);
  expect(rows(html)[0]).toBe('tenant-0777');
  expect(html).toContain('Page 1 of 20, 1,000 endpoints');
  expect(html.length).toBeLessThan(150_000);
  expect(rows(await home(dashboard, '?sort=name&page=20')).at(-1)).toBe('tenant-0999');
  // A page that there is no more is the last one.
  expect(rows(await home(dashboard, '?sort=name&page=99'))).toContain('tenant-0999');
  expect(rows(await home(dashboard, '?q=TENANT-099'))).toHaveLength(10);
  expect(rows(await home(dashboard, '?sort=dead&q=077'))[0]).toBe('tenant-0777');
  expect(await home(dashboard, '?q=no+such')).toContain('No endpoint fits the filter.');
});

test('endpoints are listed by state, and a state or an order that does not exist is refused', async () => {
  const dashboard = await startDashboard({
    notifications: {
      endpoints: [
        { name: 'one', url: 'http://127.0.0.1:9/' },
        { name: 'off', url: 'http://127.0.0.1:9/', disabled: true },
      ],
    },
    dashboard: { environment: { name: HOSTILE, colour: 'purple' } },
  });
  const html = await home(dashboard, '?state=disabled');
  expect(rows(html)).toEqual(['off']);
  expect(html).toMatch(/<a href="\/\?state=idle">idle<span class="count">1<\/span>/);
  expect((await dashboard.get('/?state=lazy')).status).toBe(400);
  expect((await dashboard.get('/?sort=colour')).status).toBe(400);
  // The environment is text, whatever it is called.
  expect(html).toContain('<html lang="en" class="in-purple">');
  expect(html).not.toContain('<img');
  expect(await (await dashboard.get('/assets/icon.svg')).text()).toContain('#6b3fb0');
});
