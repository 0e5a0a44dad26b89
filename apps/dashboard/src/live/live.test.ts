/** The stream that tells browsers of changes, over a real Redis and real HTTP. */
import { expect, test } from 'vitest';
import { endpoints, startDashboard } from '../testing/dashboard.js';

test('tells of a change, and of nothing while there is none; those without scripts load the page again', async () => {
  const dashboard = await startDashboard(endpoints('one'));
  const answer = await dashboard.get('/live');
  expect(answer.headers.get('content-type')).toContain('text/event-stream');
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toBe('retry: 5000\n\n');
  // Whatever it looks at first, one of these comes after that.
  const changes = setInterval(() => void dashboard.enqueue('one'), 500);
  const { value } = (await reader?.read()) ?? {};
  clearInterval(changes);
  expect(value).toMatch(/^event: changed\ndata: [0-9a-f]{16}\n\n$/);
  await reader?.cancel();

  const home = await (await dashboard.get('/')).text();
  expect(home).toContain('<noscript><meta http-equiv="refresh" content="30"/></noscript></head>');
  expect(await (await dashboard.get('/dead')).text()).not.toContain('http-equiv');
});
