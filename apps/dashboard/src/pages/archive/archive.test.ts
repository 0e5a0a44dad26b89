/** The archive's pages: what they ask for, what they say without an archive, and texts that mean harm. */
import type { EventFilter } from '@longshore/archive/read';
import { LongshoreError } from '@longshore/event';
import { createTrail } from '@longshore/queue/trail';
import { eventually } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { AT, archiveOf, DIGEST } from '../../testing/archive.js';
import { endpoints, startDashboard, type TestDashboard } from '../../testing/dashboard.js';

const LISTS = [
  '/events',
  '/pushes',
  '/pulls',
  '/pulls?state=failed',
  '/repositories',
  '/images',
  '/statistics',
  '/unused',
];
const DETAILS = [
  '/event?source=eu&id=1',
  '/push?id=1',
  '/pull?session=1',
  '/repository?repository=acme/app',
  '/tag?repository=acme/app&tag=1.0',
  `/images?digest=${DIGEST}`,
];
const ALL = [...LISTS, ...DETAILS];

const read = async (dashboard: TestDashboard, path: string): Promise<[number, string]> => {
  const response = await dashboard.get(path);
  return [response.status, await response.text()];
};

test('without an archive each page but those of events says how to turn it on', async () => {
  const dashboard = await startDashboard(endpoints('one'));
  for (const path of ALL.filter((each) => !/^\/events?\b/.test(each))) {
    const [status, html] = await read(dashboard, path);
    expect([path, status]).toEqual([path, 200]);
    expect(html).toContain('archive: {}');
  }
});

test('while PostgreSQL is unavailable the pages say why, and the others work', async () => {
  const refused = async () => {
    throw new LongshoreError('ARCHIVE_UNAVAILABLE', 'PostgreSQL at db:5432 refused the connection');
  };
  const dashboard = await startDashboard(
    endpoints('one'),
    archiveOf('a', {
      ...{ coverage: refused, repository: refused, tag: refused, image: refused, events: refused },
      ...{ imageEvent: refused, session: refused },
    }),
  );
  for (const path of ALL) {
    const [status, html] = await read(dashboard, path);
    expect([path, status]).toEqual([path, 503]);
    expect(html).toContain('<h1>Archive unavailable</h1>');
    expect(html).toContain('PostgreSQL at db:5432 refused the connection');
    expect(html).toContain('No events are lost');
  }
  for (const path of ['/', '/dead', '/quarantine', '/search?q=a']) {
    expect([path, (await dashboard.get(path)).status]).toEqual([path, 200]);
  }
});

test('an event that was replayed shows the deliveries of the replay and those from before', async () => {
  const dashboard = await startDashboard(endpoints('one'), archiveOf('acme'));
  const { client, prefix } = dashboard;
  const trail = createTrail({
    ...{ client, prefix, limits: () => ({ age: 86_400_000, count: 1_000, bytes: 2 ** 24 }) },
  });
  const receive = (endpoint: string, more: object) =>
    trail.note({
      ...{ step: 'received', at: Date.now(), kind: 'distribution', nativeType: 'push', source: 'acme' },
      ...{ eventId: 'acme', view: { action: 'push', repository: 'acme' }, ignored: [], ...more },
      planned: [{ endpoint, deliveryId: endpoint.padEnd(32, '0') }],
    });
  receive('first', {});
  receive('again', { dedupe: 'replay 1 acme', by: 'ops, run 1' });
  await trail.close();
  const html = await eventually(
    async () => (await read(dashboard, '/event?source=acme&id=acme'))[1],
    (text) => text.includes('>again<'),
  );
  expect(html).toContain('>first<');
  expect(html).toContain('Sent again by ops, run 1');
});

test('without Redis the pages show what the archive has', async () => {
  const dashboard = await startDashboard(endpoints('one'), archiveOf('acme'));
  dashboard.client.disconnect();
  await eventually(() => dashboard.client.status !== 'ready');
  for (const path of ALL) expect([path, (await dashboard.get(path)).status]).toEqual([path, 200]);
  for (const path of ['/event?source=eu&id=1', `/images?digest=${DIGEST}`]) {
    expect((await read(dashboard, path))[1]).toContain(
      'The deliveries cannot be shown: Redis is unavailable.',
    );
  }
});

describe('hostile texts', () => {
  const MARKUP = `<img src=x onerror=alert(1)>"'&\u202e`;

  test('are text on every page, in every field', async () => {
    const dashboard = await startDashboard(endpoints('one'), archiveOf(MARKUP));
    for (const path of ALL) {
      const [status, html] = await read(dashboard, path);
      const tags = html.match(/<(img|script)(?! src="\/assets)/g);
      const shown = html.replaceAll(/="[^"]*"/g, '');
      expect({ path, status, tags, isTurned: shown.includes('\u202e') }).toEqual({
        ...{ path, status: 200, tags: null, isTurned: false },
      });
      expect(shown).toContain('&lt;img src=x onerror=alert(1)>');
    }
  });

  test('are text in a filter that finds nothing', async () => {
    const none = async () => ({ items: [] });
    const dashboard = await startDashboard(
      endpoints('one'),
      archiveOf('a', { events: none, image: async () => undefined }),
    );
    const query = (name: string) => `${name}=${encodeURIComponent(MARKUP)}`;
    for (const path of [`/events?${query('text')}&${query('actor')}`, `/images?${query('digest')}`]) {
      const [, html] = await read(dashboard, path);
      expect(html).toContain('onerror=alert(1)');
      expect(html).not.toContain('<img');
    }
  });
});

describe('pushes and pulls', () => {
  const page = async (path: string, archive = archiveOf('acme')): Promise<string> =>
    (await read(await startDashboard(endpoints('one'), archive), path))[1];

  test('a push is one line that opens into its requests', async () => {
    const list = await page('/pushes');
    expect(list.match(/href="\/push\?id=acme"/g)).toHaveLength(1);
    const html = await page('/push?id=acme');
    expect(html).toContain('<h2>Requests</h2>');
    expect(html).toContain('href="/event?source=acme&amp;id=acme"');
    expect(html).toContain('uploaded 1 B, mounted 2 B, found 3 B');
  });

  test('a pull has its layers as bars, with their numbers in a table', async () => {
    const html = await page('/pull?session=acme');
    const bars = Array.from(
      html.matchAll(/<rect class="(unknown|pulls|deletes|checks)"(?: x="[\d.]+")? width="([\d.]+)"/g),
      ([, tone, width]) => `${tone} ${width}`,
    );
    expect(bars).toEqual([
      ...['unknown 0', 'pulls 50'],
      ...['deletes 75', 'pulls 25'],
      ...['checks 100', 'pulls 0'],
      ...['unknown 0', 'pulls 0'],
    ]);
    for (const words of [
      'interrupted',
      'was there',
      'not requested',
      '500 B',
      'href="/event?source=acme&amp;id=acme"',
    ])
      expect(html).toContain(words);
  });

  test('the lists hand the filter on, interrupted and failed pulls too', async () => {
    const asked: unknown[] = [];
    const none = async (filter: object) => {
      const { since, ...rest } = filter as { since: number };
      expect(since).toEqual(expect.any(Number));
      asked.push(rest);
      return { items: [] };
    };
    const archive = archiveOf('acme', { sessions: none, imageEvents: none });
    const dashboard = await startDashboard(endpoints('one'), archive);
    for (const path of [
      '/pulls?state=interrupted&repository=acme/**&client=crane',
      '/pulls?state=failed&repository=acme/app&client=crane',
      '/pushes?action=tag.moved&tag=1.0',
    ]) {
      const [status, html] = await read(dashboard, path);
      expect([path, status, /No (pulls|pushes) match\./.test(html)]).toEqual([path, 200, true]);
    }
    expect(asked).toEqual([
      { state: 'interrupted', repository: 'acme/**', client: 'crane' },
      { action: 'pull.failed', repository: 'acme/app' },
      { action: 'tag.moved', tag: '1.0' },
    ]);
  });

  test('statistics count whole pulls, and what did not end well', async () => {
    const html = await page('/statistics');
    expect(html).toContain('4, of them 2 unfinished or interrupted, 1.2 KiB');
    expect(html).toContain('<dt>Checks</dt><dd>5</dd>');
  });
});

describe('the list of events', () => {
  /** The page, and the filter that it asked the archive for. */
  async function asked(path: string): Promise<{ filter: EventFilter; html: string }> {
    const filters: EventFilter[] = [];
    const archive = archiveOf('acme', {
      events: async (filter) => {
        filters.push(filter);
        return { items: [], next: 'CURSOR' };
      },
    });
    const dashboard = await startDashboard(endpoints('one'), archive);
    const [, html] = await read(dashboard, path);
    return { filter: filters[0] ?? {}, html };
  }

  test('looks back 30 days unless asked, and says so in its field', async () => {
    const before = Date.now() - 30 * 86_400_000;
    const { filter, html } = await asked('/events');
    expect(filter.since).toBeGreaterThanOrEqual(before);
    expect(filter.since).toBeLessThanOrEqual(Date.now() - 30 * 86_400_000);
    expect(html).toContain('name="since" value="30d"');
  });

  test('takes every field of the search, and keeps it in its links', async () => {
    const query =
      'text=app&repository=acme%2F**&tag=1.0&digest=aaaaaaaa&actor=ci&addr=10.0.0.0%2F8&client=skopeo&action=push&target=image&source=eu&since=2026-11-01&until=2026-11-02';
    const { filter, html } = await asked(`/events?${query}`);
    expect(filter).toEqual({
      ...{ text: 'app', repository: 'acme/**', tag: '1.0', digest: 'aaaaaaaa', actor: 'ci' },
      ...{ addr: '10.0.0.0/8', client: 'skopeo', action: 'push' },
      ...{ target: 'image', source: 'eu' },
      ...{ since: Date.parse('2026-11-01'), until: Date.parse('2026-11-02') },
    });
    const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, href = '']) => href.replaceAll('&amp;', '&'));
    const same = (path: string, more: object) => {
      const found = links.map((link) => new URL(link, 'http://a')).find((url) => url.pathname === path);
      const values = Object.fromEntries(found?.searchParams ?? []);
      expect(values).toEqual({ ...Object.fromEntries(new URLSearchParams(query)), ...more });
    };
    same('/api/v1/archive/events', { format: 'csv' });
    expect(links.filter((link) => link.includes('after=CURSOR'))).toHaveLength(1);
    expect(links.find((link) => link.includes('after=CURSOR'))).toContain(`/events?${query}`);
  });

  test('is live on its first page only', async () => {
    expect((await asked('/events')).html).toContain('data-live');
    const { html } = await asked('/events?after=abc');
    expect(html).not.toContain('data-live');
    expect(html).toContain('First page');
  });
});

test('a HEAD is a check, and no pull', async () => {
  const archive = archiveOf('acme', {
    events: async () => ({
      items: ['HEAD', 'GET'].map((method) => ({
        ...{ id: method, at: AT, receivedAt: AT, source: 'eu', kind: 'eu', action: 'pull', method },
        ...{ target: 'manifest', repository: 'acme/app' },
      })),
    }),
  });
  const dashboard = await startDashboard(endpoints('one'), archive);
  const [, html] = await read(dashboard, '/events');
  const actions = [...html.matchAll(/data-label="Action">([^<]+?) ?</g)].map(([, text]) => text);
  expect(actions).toEqual(['check (HEAD)', 'pull']);
});

test.each([
  ['/event?source=eu', 400, 'the address has no <code>id</code>'],
  ['/tag?repository=acme/app', 400, 'the address has no <code>tag</code>'],
  ['/unused?days=many', 400, 'write a whole number of days'],
  ['/statistics?by=luck', 400, 'by: no measure luck'],
  ['/events?since=never', 400, 'is not a time'],
  ['/tag?repository=acme/app&tag=9', 404, 'the archive knows no tag acme/app:9'],
  ['/repository?repository=none', 404, 'the archive knows no repository none'],
])('%s answers %i: %s', async (path, status, words) => {
  const none = async () => undefined;
  const dashboard = await startDashboard(endpoints('one'), archiveOf('a', { repository: none, tag: none }));
  const [answered, html] = await read(dashboard, path);
  expect(answered).toBe(status);
  expect(html).toContain(words);
});

test('what is unused is judged by what the archive has seen', async () => {
  const dashboard = await startDashboard(endpoints('one'), archiveOf('acme'));
  expect((await read(dashboard, '/unused?days=3650'))[1]).toContain('The archive is younger than 3,650 days');
  expect((await read(dashboard, '/unused?days=1'))[1]).not.toContain('The archive is younger');
});

test('an image whose parts are unknown says how the archive gets to know them', async () => {
  const image = { digest: DIGEST, references: [], parents: [], tags: [], repositories: [] };
  const index = 'application/vnd.oci.image.index.v1+json';
  for (const [mediaType, isSaid] of [
    [index, true],
    ['application/octet-stream', false],
  ] as const) {
    const archive = archiveOf('acme', { image: async () => ({ ...image, mediaType }) });
    const dashboard = await startDashboard(endpoints('one'), archive);
    const [, html] = await read(dashboard, `/images?digest=${DIGEST}`);
    expect(html.includes('notifications.events.includereferences: true')).toBe(isSaid);
  }
});
