/** Bulk actions from the pages, over a real Redis and real HTTP: select, preview, run, stop, continue. */
import { createBulkJobs } from '@longshore/operator/bulk';
import { eventually } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { endpoints, startDashboard, type TestDashboard } from '../../testing/dashboard.js';

const form = (dashboard: TestDashboard, path: string, fields: readonly (readonly [string, string])[]) =>
  fetch(dashboard.url + path, {
    method: 'POST',
    body: new URLSearchParams(fields.map(([name, value]) => [name, value])),
    redirect: 'manual',
  });

const page = async (dashboard: TestDashboard, path: string) => (await dashboard.get(path)).text();

/** Stops what runs here from another process, continues it, and finds it again after its process was killed. */
async function fromElsewhere(dashboard: TestDashboard, operation: string): Promise<void> {
  const elsewhere = createBulkJobs(dashboard.admin);
  const id = operation.split('/').at(-1) ?? '';
  await eventually(
    () => elsewhere.get(id),
    ({ done }) => done === 1,
  );
  expect(await elsewhere.cancel(id)).toMatchObject({ state: 'running' });
  await eventually(
    () => elsewhere.get(id),
    ({ state }) => state === 'stopped',
  );
  expect(await page(dashboard, operation)).toContain('Continue');
  const proceeded = await form(dashboard, `${operation}/continue`, []);
  await eventually(
    () => page(dashboard, proceeded.headers.get('location') ?? ''),
    (html) => html.includes(': done'),
  );
  // A process that was killed says nothing any more.
  const killed = { ...(await elsewhere.get(id)), state: 'running', beatAt: Date.now() - 60_000 };
  await dashboard.admin.operations.put(id, killed.startedAt, killed);
  expect(await createBulkJobs(dashboard.admin).get(id)).toMatchObject({
    state: 'stopped',
    error: expect.stringContaining('has ended'),
  });
}

test('dead letters are grouped by cause, selected, previewed and retried; a run outlives its process', async () => {
  const dashboard = await startDashboard(endpoints('one', 'two'));
  const letters = [];
  for (let n = 0; n < 3; n++) letters.push(await dashboard.die('one'));
  const [first, second] = letters;
  const other = await dashboard.die('two');
  const hostile = '<script>alert(1)</script> & "locked"';
  const answer = {
    attempt: 1,
    at: new Date().toISOString(),
    reason: 'http_500',
    detail: 'failed',
    body: hostile,
  };
  await dashboard.client.hset(
    `${dashboard.prefix}:{two}:${other.id}`,
    'stacktrace',
    JSON.stringify([JSON.stringify(answer)]),
  );

  const list = await page(dashboard, '/dead');
  expect(list).toContain('By cause');
  expect(list).toContain('&lt;script>alert(1)&lt;/script> &amp; &quot;locked&quot;');
  expect(list).not.toContain('<script>alert');
  const [, group = ''] = /\/dead\?group=([0-9a-f]{12})/.exec(list) ?? [];
  const grouped = await page(dashboard, `/dead?group=${group}`);
  expect(grouped.match(/type="checkbox"/g)).toHaveLength(3);
  expect(await page(dashboard, '/dead?answer=locked')).toContain(other.id);

  expect(await page(dashboard, '/dead/retry?selected=true')).toContain('nothing is selected');
  const ids = `id=${first?.id}&id=${second?.id}`;
  const preview = await page(dashboard, `/dead/retry?selected=true&${ids}`);
  expect(preview).toContain('<h1>Retry 2 dead-lettered deliveries?</h1>');
  expect(preview).toMatch(/data-label="Gets">2</);
  expect(preview).not.toContain('two');

  // One in a thousand seconds after the first, so that it can be stopped.
  const started = await form(dashboard, '/dead/retry', [
    ...[first, second].map((letter) => ['id', letter?.id ?? ''] as const),
    ['rate', '0.001'],
  ]);
  expect(started.status).toBe(303);
  const operation = started.headers.get('location') ?? '';
  await eventually(
    () => page(dashboard, operation),
    (html) => html.includes('1 delivery retried'),
  );
  await fromElsewhere(dashboard, operation);
  expect(await dashboard.inspector.counts('one')).toMatchObject({ waiting: 2, dead: 1 });
  expect(await page(dashboard, '/operations')).toContain('Retry of dead letters');
});
