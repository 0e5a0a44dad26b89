/** What the board shows, what it may change, and what its page loads. */
import { describe, expect, test } from 'vitest';
import { endpoints, startDashboard, type TestDashboard } from './testing/dashboard.js';

const full = (...names: string[]) => ({ ...endpoints(...names), dashboard: { queues: 'full' } });

/** Asks the board to put a dead delivery back into its queue. */
async function retry(dashboard: TestDashboard, id: string, headers: Record<string, string>) {
  const queue = encodeURIComponent('{one}');
  return fetch(`${dashboard.url}/queues/api/queues/${queue}/${id}/retry`, { method: 'PUT', headers });
}

describe('changes', () => {
  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('%s is refused while it is read-only', async (method) => {
    const dashboard = await startDashboard(endpoints('one'));
    const { id } = await dashboard.die('one');
    const queue = `/queues/api/queues/${encodeURIComponent('{one}')}`;
    const paths = ['/queues', `${queue}/${id}/retry`, `${queue}/${id}/clean`, `${queue}/obliterate`];
    for (const path of paths) {
      // From its own page, with everything that a browser would send.
      const headers = { origin: dashboard.url, 'sec-fetch-site': 'same-origin' };
      const response = await fetch(dashboard.url + path, { method, headers });
      expect([path, response.status]).toEqual([path, 403]);
      expect(await response.json()).toEqual({ error: expect.stringContaining('dashboard.queues: full') });
    }
    expect(await dashboard.inspector.counts('one')).toMatchObject({ dead: 1 });
  });

  test.each<[string, (url: string) => Record<string, string>]>([
    ['its own page', (url) => ({ origin: url, 'sec-fetch-site': 'same-origin' })],
    ['its own page in an older browser', (url) => ({ origin: url })],
    ['a script, which sends neither', () => ({})],
  ])('%s may change a queue when it is full', async (_, headers) => {
    const dashboard = await startDashboard(full('one'));
    const { id } = await dashboard.die('one');
    expect((await retry(dashboard, id, headers(dashboard.url))).status).toBeLessThan(300);
    expect(await dashboard.inspector.counts('one')).toMatchObject({ dead: 0, waiting: 1 });
  });
});

test('with dashboard.queues: false there is no board, and no page links to it', async () => {
  const dashboard = await startDashboard({ ...endpoints('one'), dashboard: { queues: false } });
  for (const path of ['/queues', '/queues/api/queues', '/queues/static/js/main.js']) {
    expect([path, (await dashboard.get(path)).status]).toEqual([path, 404]);
  }
  for (const path of ['/', '/endpoints/one', '/nowhere']) {
    expect(await (await dashboard.get(path)).text(), path).not.toContain('href="/queues');
  }
  await dashboard.apply(endpoints('one'));
  expect(await dashboard.shown()).toEqual(['one']);
  expect(await (await dashboard.get('/endpoints/one')).text()).toContain('href="/queues/queue/');
});

describe('endpoints', () => {
  test('those of the configuration are shown, also while nothing was ever queued', async () => {
    const dashboard = await startDashboard(endpoints('one', 'harbor prod: {ä}'));
    expect(await dashboard.shown()).toEqual(['one', 'harbor prod: {ä}']);
  });

  test('one that is added at run time is shown, and one that left while it may hold deliveries', async () => {
    const dashboard = await startDashboard(endpoints('one', 'two'));
    await dashboard.inspector.remember(['one', 'two']);
    await dashboard.apply(endpoints('two', 'three'));
    expect(await dashboard.shown()).toEqual(['two', 'three', 'one']);
  });
});

describe('a name with a percent sign', () => {
  test.each(['100%', 'größe/ärger 100%', 'a%41b', 'a%zz'])('the deliveries of %s are shown', async (name) => {
    const dashboard = await startDashboard(endpoints(name, 'aAb'));
    const { id } = await dashboard.enqueue(name);
    const queueName = dashboard.inspector.boardQueue(name).name;
    // By its own name, as bull-board's page asks, and by the endpoint's.
    for (const asked of [queueName, encodeURIComponent(queueName), name]) {
      const response = await dashboard.get(`/queues/api/queues?activeQueue=${encodeURIComponent(asked)}`);
      expect(response.status).toBe(200);
      const { queues } = (await response.json()) as {
        queues: { displayName: string; jobs: { id: string }[] }[];
      };
      const shown = queues.filter(({ jobs }) => jobs.length > 0);
      expect(shown.map(({ displayName, jobs }) => [displayName, jobs.map((job) => job.id)])).toEqual([
        [name, [id]],
      ]);
    }
  });
});

describe('the page', () => {
  test('/ shows the endpoints', async () => {
    const response = await (await startDashboard()).get('/');
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('<h1')]);
  });

  test('it loads nothing from anywhere else, and may not', async () => {
    const dashboard = await startDashboard(endpoints('one'));
    const response = await dashboard.get('/queues');
    const html = await response.text();
    expect(html).toContain('<title>Longshore</title>');
    const sources = [...html.matchAll(/\b(?:src|href)="([^"]*)"/g)].map(([, url]) => url);
    expect(sources.length).toBeGreaterThan(3);
    for (const url of sources) expect(url).not.toMatch(/^(\w+:)?\/\//);
    const policy = response.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('http');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
  });

  test('every asset that it names is there', async () => {
    const dashboard = await startDashboard(endpoints('one'));
    const html = await (await dashboard.get('/queues')).text();
    const assets = [...html.matchAll(/\b(?:src|href)="(static\/[^"]*)"/g)].map(([, url]) => url);
    expect(assets.length).toBeGreaterThan(3);
    for (const asset of assets) {
      const response = await dashboard.get(`/queues/${asset}`);
      await response.arrayBuffer();
      expect([asset, response.status]).toEqual([asset, 200]);
    }
  });
});
