import { createPulse } from '@longshore/queue/pulse';
import { expect, test } from 'vitest';
import { startDashboard } from '../../testing/dashboard.js';

const HOSTILE = '<img src=x onerror=alert(1)>';
const path = (name: string): string => `/endpoints/${encodeURIComponent(name)}`;

test('the page of an endpoint opens where something is, offers what helps, and draws its last hour', async () => {
  const dashboard = await startDashboard({
    notifications: {
      endpoints: [
        { name: HOSTILE, url: 'http://127.0.0.1:9/hook', threshold: 3 },
        { name: 'quiet', url: 'http://127.0.0.1:9/', disabled: true },
      ],
    },
  });
  const open = async (name: string, query = ''): Promise<string> => {
    const answer = await dashboard.get(path(name) + query);
    expect(answer.status).toBe(200);
    return answer.text();
  };
  const opened = (html: string): string | undefined =>
    /aria-current="page">([^<]*)<span class="count">|<a[^>]*state=[^>]*aria-current="page">([^<]*)</
      .exec(html)
      ?.slice(1)
      .find(Boolean);

  expect(opened(await open('quiet'))).toBe('Last attempts');
  await dashboard.enqueue(HOSTILE);
  expect(opened(await open(HOSTILE))).toBe('Waiting');
  const { id } = await dashboard.die(HOSTILE);
  const pulse = createPulse(dashboard.client, dashboard.prefix);
  pulse.note(HOSTILE, { delivered: true, ms: 40 });
  pulse.note(HOSTILE, { delivered: false, attempt: 1, reason: 'http_500', detail: HOSTILE, ms: 40 });
  await pulse.close();

  const html = await open(HOSTILE);
  expect(opened(html)).toBe('Dead letters');
  expect(html).toContain(`href="/deliveries/${id}"`);
  // Both that were enqueued died of it.
  expect(html).toMatch(/<a class="button main" href="\/dead\/retry\?endpoint=[^"]*">Retry 2<\/a>/);
  expect(html).toContain('Send a test event');
  expect(html).toContain('dead after 3 failed attempts');
  expect(html).toContain('aria-label="Last 24 hours: 1 delivered, 1 failed"');
  expect(html).toMatch(/aria-label="Attempts, last hour, [^"]*: 1 delivered, 1 failed"/);
  // Both took 40 ms, which is in the class of 25 to 50.
  expect(html).toMatch(/aria-label="Response time, last hour, [^"]*p95 at most 49 ms"/);
  // Names and errors are text.
  expect(html).not.toContain('<img');
  expect(html).toContain('&lt;img src=x');

  expect(await open(HOSTILE, '?state=attempts')).toContain(`href="/deliveries/${id}"`);
  expect((await dashboard.get(`${path('quiet')}?state=lazy`)).status).toBe(400);
});
