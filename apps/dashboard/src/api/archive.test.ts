/** The archive's part of the API, over a real PostgreSQL and real HTTP. */
import { once } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { LongshoreError } from '@longshore/event';
import { eventually } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { get } from '../testing/api.js';
import { archiveOf } from '../testing/archive.js';
import { archived, type Happened } from '../testing/archived.js';
import { endpoints, startDashboard } from '../testing/dashboard.js';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const OLDER = `sha256:${'cd'.repeat(32)}`;
const EVENTS: Happened[] = [
  { id: 'a', at: '2026-11-01T10:00:00Z', tag: '1.0', digest: OLDER },
  { id: 'b', at: '2026-11-02T10:00:00Z', tag: '1.0', digest: DIGEST, actor: 'anna' },
  { id: 'c', at: '2026-11-03T10:00:00.123456Z', tag: '1.0', digest: DIGEST, action: 'pull', actor: 'prod' },
  { id: 'd', at: '2026-11-03T11:00:00Z', tag: '1.0', digest: DIGEST, action: 'pull', method: 'HEAD' },
  {
    id: 'e',
    at: '2026-11-04T10:00:00Z',
    repository: '=cmd|x',
    tag: 'new',
    digest: DIGEST,
    actor: '@sum"1,2"',
  },
];

const REFUSED = [
  ['events?after=abc', 'after: not a cursor of this list'],
  ['events?limit=501', 'follow `next`'],
  ['events?limit=0', 'limit: '],
  ['events?repositry=a', 'did you mean repository?'],
  ['events?digest=abc', 'write 8 or more'],
  ['events?digest=xyz', 'is not a digest'],
  ['events?addr=10.1.2', 'is not an address'],
  ['events?since=yesterday', 'is not a time'],
  ['events?since=1h&until=2h', 'is not before until'],
  ['events?repository=%5Bz-a%5D', 'in order'],
  ['events?format=xml', 'format: '],
  ['tags', 'repository: '],
  ['stats/pulls?repository=a&actor=b', 'not for two of them together'],
  ['stats/top?of=actors&repository=acme/app&by=pulls', 'only pushes, deletes'],
  ['image-events?action=pushed', 'action: '],
  ['sessions?state=gone', 'state: '],
  ['sessions?addr=10.1.2', 'is not an address'],
  ['stats/sessions?tag=1.0', 'give its repository too'],
  ['images?digest=sha256:00', 'write 8 or more'],
] as const;

const start = async () => startDashboard(endpoints('one'), await archived(EVENTS));

describe('what the archive holds', () => {
  test('events, by each filter, in pages', async () => {
    const dashboard = await start();
    const idsOf = async (query: string): Promise<string> => {
      const { status, body } = await get(dashboard, `/archive/events${query}`);
      expect([query, status, body.message]).toEqual([query, 200, undefined]);
      return body.items.map(({ id }: { id: string }) => id).join('');
    };
    expect(await idsOf('')).toBe('edcba');
    expect(await idsOf('?first=oldest')).toBe('abcde');
    expect(await idsOf('?repository=acme/*&action=push')).toBe('ba');
    expect(await idsOf('?text=anna')).toBe('b');
    expect(await idsOf('?tag=1.0&since=2026-11-02&until=2026-11-03T10:00:00.123Z')).toBe('b');
    expect(await idsOf(`?digest=${DIGEST.slice(7, 19)}&actor=prod`)).toBe('c');
    expect(await idsOf('?addr=10.1.0.0/16&client=CONTAINERD&target=image&source=distribution&limit=1')).toBe(
      'e',
    );
    expect(await idsOf('?id=c')).toBe('c');
    const { body } = await get(dashboard, '/archive/events?limit=2&body=true');
    expect(body.items[0]).toMatchObject({ body: { id: 'e', action: 'push' }, repository: '=cmd|x' });
    expect(await idsOf(`?limit=2&after=${body.next}`)).toBe('cb');
  });

  test('repositories, tags, moves, an image, numbers, what is unused, coverage', async () => {
    const dashboard = await start();
    const itemsOf = async (path: string) => (await get(dashboard, `/archive/${path}`)).body.items;
    expect(await itemsOf('repositories?text=APP')).toMatchObject([
      { repository: 'acme/app', source: 'distribution', lastAt: '2026-11-03T11:00:00Z' },
    ]);
    expect(await itemsOf('tags?repository=acme/app')).toMatchObject([
      {
        tag: '1.0',
        digest: DIGEST,
        pushedBy: 'anna',
        deleted: false,
        lastPullAt: '2026-11-03T10:00:00.123456Z',
      },
    ]);
    expect(await itemsOf('tags/moves?repository=acme/app&tag=1.0')).toMatchObject([
      { from: OLDER, to: DIGEST, moved: true, by: 'anna' },
      { to: OLDER, moved: true, by: 'ci' },
    ]);
    const { body: image } = await get(dashboard, `/archive/images?digest=${DIGEST.slice(0, 20)}`);
    expect(image).toMatchObject({ digest: DIGEST, pushedBy: 'anna', pushedAt: '2026-11-02T10:00:00Z' });
    expect(image.tags.map(({ tag }: { tag: string }) => tag).toSorted()).toEqual(['1.0', 'new']);
    expect(image.pulledBy).toMatchObject([
      { actor: 'ci', checks: 1, pulls: 0 },
      { actor: 'prod', pulls: 1 },
    ]);
    const days = await itemsOf('stats/pulls?since=2026-11-01&until=2026-11-05');
    expect(days).toMatchObject([{ pushes: 1 }, { pushes: 1 }, { pulls: 1, checks: 1 }, { pushes: 1 }]);
    expect(await itemsOf('stats/top?of=tags&by=pushes&since=2026-11-01&until=2026-11-05')).toMatchObject([
      { name: 'acme/app:1.0', pushes: 2 },
      { name: '=cmd|x:new', pushes: 1 },
    ]);
    const { body: unused } = await get(dashboard, '/archive/unused?days=0');
    expect(unused.archive).toEqual({ since: '2026-11-01T10:00:00Z', until: '2026-11-04T10:00:00Z' });
    expect(unused.items).toMatchObject([{ neverPulled: false }, { tag: 'new', neverPulled: true }]);
    expect((await get(dashboard, '/archive/coverage')).body.sources).toMatchObject([
      { lastDay: '2026-11-04' },
    ]);
  });

  test('what cannot be read is 400, and the message says what to write', async () => {
    const dashboard = await startDashboard(endpoints('one'), await archived([]));
    for (const [path, words] of REFUSED) {
      const { status, body } = await get(dashboard, `/archive/${path}`);
      expect([path, status, body.error]).toEqual([path, 400, 'REQUEST_INVALID']);
      expect(body.message).toContain(words);
    }
  });

  test('a search that takes too long is 504, and says what to narrow', async () => {
    const slow = async (): Promise<never> => {
      throw new LongshoreError('ARCHIVE_SLOW', 'the search took too long and was ended: give a repository');
    };
    const dashboard = await startDashboard(endpoints('one'), archiveOf('x', { events: slow }));
    for (const path of ['/archive/events', '/archive/events?format=csv']) {
      const { status, body } = await get(dashboard, path);
      expect([path, status, body.error, body.message]).toEqual([
        ...[path, 504, 'ARCHIVE_SLOW'],
        expect.stringContaining('give a repository'),
      ]);
    }
    expect(dashboard.internalErrors).toEqual([]);
  });

  test('an unknown digest is 404; without an archive everything is, with what to add', async () => {
    const dashboard = await startDashboard(endpoints('one'), await archived([]));
    expect((await get(dashboard, `/archive/images?digest=${DIGEST}`)).body.error).toBe('REQUEST_NOT_FOUND');
    const without = await startDashboard(endpoints('one'));
    for (const path of ['events', 'events?format=csv', 'stats/top', 'coverage']) {
      const { status, body } = await get(without, `/archive/${path}`);
      expect([path, status, body.error]).toEqual([path, 404, 'ARCHIVE_OFF']);
      expect(body.message).toContain('archive: {}');
    }
  });
});

describe('exports', () => {
  test('CSV: no cell is a formula, and texts are quoted', async () => {
    const dashboard = await start();
    const response = await dashboard.get('/api/v1/archive/events?format=csv&first=newest&action=push');
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('content-disposition')).toMatch(
      /^attachment; filename="longshore-events-[\d-]+\.csv"$/,
    );
    const [header, first, ...others] = (await response.text()).split('\r\n');
    expect(header).toMatch(/^at,action,target,repository,/);
    expect(first).toContain(`,'=cmd|x,new,${DIGEST},`);
    expect(first).toContain(`,"'@sum""1,2""",`);
    expect(others).toHaveLength(3);
  });

  test('image events and pulls, as JSON, CSV and NDJSON', async () => {
    const dashboard = await startDashboard(endpoints('one'), archiveOf('=x'));
    const { body } = await get(dashboard, '/archive/image-events?action=image.pushed&limit=1');
    expect(body).toMatchObject({ items: [{ action: 'image.pushed', tags: ['=x'], events: 1 }], next: '=x' });
    const pulls = await get(dashboard, '/archive/sessions?state=interrupted&since=2026-11-21');
    expect(pulls.body.items).toMatchObject([{ state: 'interrupted', transferredBytes: 1_500 }]);
    expect((await get(dashboard, '/archive/stats/sessions')).body.items).toMatchObject([{ pulls: 4 }]);
    const lines = async (path: string) =>
      (await (await dashboard.get(`/api/v1/archive/${path}`)).text()).split('\r\n');
    const [header = '', pushed = ''] = await lines('image-events?format=csv&limit=1');
    const cells = new Map(header.split(',').map((name, at) => [name, pushed.split(',')[at]]));
    expect(cells.get('tags')).toBe("'=x");
    expect(cells.get('platforms')).toBe("'=x");
    expect(cells.get('pushedBytes')).toBe('1');
    expect((await lines('sessions?format=csv&limit=1'))[1]).toContain(',interrupted,false,events+log,');
    expect((await lines('stats/sessions?format=csv'))[1]).toBe('2026-11-21,4,1234,5,1,1,1,1,1,0');
    const [event = ''] = await lines('image-events?format=ndjson&limit=1');
    expect(JSON.parse(event)).toMatchObject({ platforms: [{ platform: '=x', size: 1_234 }] });
  });

  test('NDJSON by Accept, with as many lines as are asked for', async () => {
    const dashboard = await start();
    const ask = (query: string) =>
      dashboard
        .get(`/api/v1/archive/events${query}`, { accept: 'application/x-ndjson' })
        .then((one) => one.text());
    const lines = (await ask('?first=oldest&limit=3')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).id)).toEqual(['a', 'b', 'c']);
    expect(await ask('?actor=none')).toBe('');
    for (const list of ['repositories', 'tags?repository=acme/app', 'unused', 'stats/pulls', 'stats/top']) {
      const response = await dashboard.get(
        `/api/v1/archive/${list}${list.includes('?') ? '&' : '?'}format=csv`,
      );
      expect([list, response.status]).toEqual([list, 200]);
      expect((await response.text()).split('\r\n').length).toBeGreaterThan(1);
    }
  });

  test('a client that reads no further, and then leaves, ends the reading', async () => {
    let [asked, aborted] = [0, false];
    const [item] = (await archiveOf('x').events({}, { limit: 1 })).items;
    const events = async (_: unknown, { signal }: { signal?: AbortSignal }) => {
      asked++;
      signal?.addEventListener('abort', () => {
        aborted = true;
      });
      return {
        items: Array.from({ length: 1_000 }, () => ({ ...item, id: 'x'.repeat(500) })),
        next: 'x',
      } as never;
    };
    const dashboard = await startDashboard(endpoints('one'), archiveOf('x', { events }));
    const request = httpGet(`${dashboard.url}/api/v1/archive/events?format=ndjson`);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.pause();
    const before = await settled(() => asked);
    expect(before).toBeLessThan(50);
    response.destroy();
    await eventually(() => aborted, Boolean);
    expect(asked - before).toBeLessThan(3);
    expect(dashboard.internalErrors).toEqual([]);
  });

  test('an error in the middle breaks the connection', async () => {
    const pages = archiveOf('x');
    let asked = 0;
    const dashboard = await startDashboard(
      endpoints('one'),
      archiveOf('x', {
        events: async (filter, page) => {
          if (asked++ > 0) throw new Error('gone');
          return pages.events(filter, page);
        },
      }),
    );
    const response = await dashboard.get('/api/v1/archive/events?format=ndjson');
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
    expect(dashboard.internalErrors).toMatchObject([{ message: 'gone' }]);
  });
});

/** A number once it has been the same for a while: backpressure has no event of its own. */
async function settled(read: () => number): Promise<number> {
  let last = -1;
  let same = 0;
  return eventually(
    async () => {
      same = read() === last && last > 0 ? same + 1 : 0;
      last = read();
      return last;
    },
    () => same > 20,
  );
}
