/** The pages of quarantine, over a real Redis and real HTTP. */
import { createQuarantine } from '@longshore/queue/quarantine';
import { eventually } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { endpoints, startDashboard } from '../../testing/dashboard.js';

test('requests are grouped by cause, shown with the fault marked, and tried again as another kind', async () => {
  const dashboard = await startDashboard(endpoints('one'));
  const quarantine = createQuarantine(dashboard.client, dashboard.prefix);
  const put = (source: string, reason: string, body: string, receivedAt: number) =>
    quarantine.put({
      ...{ source, kind: 'harbor', reason, receivedAt, path: '/sources/x', headers: {} },
      body: Buffer.from(body),
    });
  const broken = await put('harbor', 'the body is not JSON', '{"<b>": oops}', 1_000);
  await put('harbor', 'the body is not JSON', '{', 2_000);
  await put('nexus', 'the repository is missing', '{}', 3_000);
  const page = async (path: string) => (await dashboard.get(path)).text();

  const list = await page('/quarantine');
  expect(list).toMatch(/data-label="Requests"><a href="[^"]*source=harbor&amp;reason=[^"]*">2</);
  const grouped = await page('/quarantine?source=harbor&reason=the+body+is+not+JSON');
  expect(grouped.match(/type="checkbox"/g)).toHaveLength(2);
  expect(await page('/quarantine/retry?source=harbor')).toContain('<h1>Retry 2 quarantined requests?</h1>');
  expect(await page('/quarantine/drop?selected=true')).toContain('nothing is selected');

  const shown = await page(`/quarantine/${broken.id}`);
  expect(shown).toContain('{&quot;&lt;b>&quot;: <mark id="fault">o</mark>ops}');
  expect(shown).toContain('line 1, column 9');

  const post = (fields: Record<string, string>) =>
    fetch(`${dashboard.url}/quarantine/retry`, {
      method: 'POST',
      body: new URLSearchParams(fields),
      redirect: 'manual',
    });
  const failed = await post({ id: broken.id, as: 'harbour' });
  await eventually(
    () => page(failed.headers.get('location') ?? ''),
    (html) => html.includes('no kind of source harbour; did you mean harbor?'),
  );
  const retried = await post({ source: 'harbor', as: 'nexus', rate: '0' });
  await eventually(
    () => page(retried.headers.get('location') ?? ''),
    (html) => html.includes('2 requests accepted'),
  );
  expect(dashboard.replayedAs).toEqual(['nexus', 'nexus']);
  expect(await quarantine.count()).toBe(1);
});
