/** Comparisons with registries that answer, refuse, and lie for a moment. */
import type { Doubt, KnownTag, ReconcileStore } from '@longshore/archive/reconcile';
import type { TakenEvent } from '@longshore/event';
import { openListableRegistry } from '@longshore/registry-client/list';
import { oci, startReceiver } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { gitlabRepositories } from './gitlab.js';
import { harborRepositories } from './harbor.js';
import { repositoriesIn } from './names.js';
import { type ReconcileParts, reconcileSource } from './reconcile.js';

const HOUR_MS = 3_600_000;

/** A store in memory, with what the archive would know of the events that are published to it. */
function memory() {
  const tags = new Map<string, Map<string, KnownTag>>();
  let state: Awaited<ReturnType<ReconcileStore['state']>> = { unread: [] };
  let doubts: readonly Doubt[] = [];
  const store: ReconcileStore = {
    sourceId: async () => 1,
    state: async () => state,
    doubts: async () => [...doubts],
    repositories: async () =>
      Array.from(tags).flatMap(([name, own]) =>
        [...own.values()].some(({ deleted }) => !deleted) ? [name] : [],
      ),
    tags: async (_, repository) => new Map(tags.get(repository)),
    async doubt() {},
    async save(_, { doubts: next, lookedAt, unread }) {
      doubts = next;
      if (unread) state = { baselineAt: state.baselineAt ?? lookedAt, lookedAt, unread };
    },
  };
  const take = ({ event: { action, target, time } }: TakenEvent): void => {
    const own = tags.get(target.repository ?? '') ?? new Map<string, KnownTag>();
    const { digest } = target;
    own.set(target.tag ?? '', {
      deleted: action === 'delete',
      ...(digest !== undefined && { digest }),
      ...(time !== undefined && { at: time }),
    });
    tags.set(target.repository ?? '', own);
  };
  return { store, take };
}

type Answer = { status: number; body?: unknown };

/** A registry of which a test says what it has; a status in the place of tags is its answer. */
async function scripted(has: Map<string, Map<string, string> | number>, marked = { on: true }) {
  const answer = (url: string): Answer => {
    if (url.startsWith('/v2/_catalog')) return { status: 200, body: { repositories: [...has.keys()] } };
    const [, repository = '', rest = ''] = /^\/v2\/(.+?)\/(tags\/list|manifests\/.+)$/.exec(url) ?? [];
    const own = has.get(repository);
    if (typeof own === 'number') return { status: own };
    if (rest === 'tags/list') return own ? { status: 200, body: { tags: [...own.keys()] } } : { status: 404 };
    return { status: own?.has(rest.slice('manifests/'.length)) ? 200 : 404 };
  };
  const server = await startReceiver(({ url }) => {
    const { status, body } = answer(url);
    const [, repository = '', tag = ''] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(url) ?? [];
    const own = has.get(repository);
    const digest = typeof own === 'object' ? own.get(tag) : undefined;
    return {
      status,
      headers: {
        'content-type': 'application/json',
        ...(marked.on && { 'docker-distribution-api-version': 'registry/2.0' }),
        ...(digest && { 'docker-content-digest': digest }),
      },
      body: body === undefined ? '{}' : JSON.stringify(body),
    };
  });
  const registry = openListableRegistry({ url: server.url, userAgent: 'longshore/test', timeout: 10_000 });
  onTestFinished(() => registry.close());
  return registry;
}

async function comparison(
  has: Map<string, Map<string, string> | number>,
  more: Partial<ReconcileParts> = {},
  marked?: { on: boolean },
) {
  const registry = await scripted(has, marked);
  const { store, take } = memory();
  const published: { taken: TakenEvent; toArchive: boolean }[] = [];
  const clock = { now: Date.parse('2026-11-21T06:00:00Z') };
  const run = (now: Partial<ReconcileParts> = {}) =>
    reconcileSource({
      ...{ store, source: 'production', kind: 'distribution', registry, rate: 10_000, settle: 0 },
      ...{ dryRun: false, careful: true, signal: new AbortController().signal, now: () => clock.now },
      repositories: (signal) => repositoriesIn(registry, signal),
      async publish(taken, toArchive) {
        published.push({ taken, toArchive });
        take(taken);
      },
      ...more,
      ...now,
    });
  return { run, published, clock, registry, take };
}

const digest = (text: string): string => oci.digestOf(Buffer.from(text));

test('what was there first is written to the archive alone, and only what comes later is a loss', async () => {
  const app = new Map([['1.0', digest('one')]]);
  const { run, published, clock } = await comparison(new Map([['acme/app', app]]));
  expect(await run()).toMatchObject({ firstSeen: 1, findings: [], errors: [], tags: 1 });
  expect(published).toMatchObject([
    {
      toArchive: true,
      taken: { source: 'production', payload: { event: { longshore: { firstSeen: true } } } },
    },
  ]);
  clock.now += HOUR_MS;
  expect(await run()).toMatchObject({ firstSeen: 0, inOrder: 1, coverage: { verdict: 'complete' } });
  clock.now += HOUR_MS;
  const counters = async ({ since, until }: { since: number; until: number }): Promise<string> =>
    `its counters agree for ${until - since} ms`;
  const { coverage } = await run({ counters });
  expect(coverage?.note).toBe(
    'compared with the registry; its counters agree for 3600000 ms; pulls, and moves between two comparisons, are not proven',
  );

  app.set('2.0', digest('two'));
  clock.now += HOUR_MS;
  expect(await run()).toMatchObject({ findings: [{ tag: '2.0', kind: 'missing', state: 'waiting' }] });
  expect(published).toHaveLength(1);
  clock.now += HOUR_MS;
  expect(await run()).toMatchObject({
    findings: [{ tag: '2.0', state: 'healed' }],
    coverage: { verdict: 'gap', since: '2026-11-21T08:00:00.000Z', until: '2026-11-21T10:00:00.000Z' },
  });
  expect(published[1]).toMatchObject({
    toArchive: false,
    taken: {
      event: { action: 'push', target: { repository: 'acme/app', tag: '2.0', digest: digest('two') } },
      payload: { event: { longshore: { origin: 'reconcile', since: '2026-11-21T08:00:00.000Z' } } },
    },
  });
});

test('an error is never an absence', async () => {
  const has = new Map<string, Map<string, string> | number>([
    ['acme/app', new Map([['1.0', digest('one')]])],
    ['acme/locked', 403],
  ]);
  const { run, published, clock } = await comparison(has, { careful: false });
  expect(await run()).toMatchObject({ firstSeen: 1, errors: [{ repository: 'acme/locked' }] });
  // Its tags were not in the baseline, so they are no loss when they can be read.
  has.set('acme/locked', new Map([['1.0', digest('locked')]]));
  clock.now += HOUR_MS;
  expect(await run()).toMatchObject({ firstSeen: 1, findings: [], errors: [] });
  for (const status of [401, 403, 404]) {
    has.set('acme/app', status);
    clock.now += HOUR_MS;
    const { findings, errors } = await run({ dryRun: status === 404 });
    expect([status, findings.map(({ kind }) => kind), errors.length]).toEqual(
      status === 404 ? [404, ['deleted'], 0] : [status, [], 1],
    );
  }
  has.clear();
  clock.now += HOUR_MS;
  expect(await run()).toMatchObject({ findings: [], errors: [{ repository: '' }] });
  expect(published.map(({ toArchive }) => toArchive)).toEqual([true, true]);
});

test('a 404 that is not of the registry is no absence', async () => {
  const marked = { on: true };
  const app = new Map([['1.0', digest('one')]]);
  const { run, clock } = await comparison(new Map([['acme/app', app]]), { careful: false }, marked);
  await run();
  app.clear();
  marked.on = false;
  clock.now += HOUR_MS;
  const { findings, errors } = await run();
  expect(findings).toEqual([]);
  expect(errors).toMatchObject([{ repository: 'acme/app' }]);
  expect(errors[0]?.reason).toContain('something before it answered');
  marked.on = true;
  expect((await run()).findings).toMatchObject([{ tag: '1.0', kind: 'deleted' }]);
});

test('a delete takes two looks, also for an operator, and a push is healed at once for one', async () => {
  const app = new Map([
    ['1.0', digest('one')],
    ['2.0', digest('two')],
  ]);
  const { run, published, clock } = await comparison(new Map([['acme/app', app]]), { careful: false });
  await run();
  app.delete('1.0');
  app.set('2.0', digest('moved'));
  clock.now += HOUR_MS;
  expect((await run({ dryRun: true })).findings.map(({ state }) => state)).toEqual(['found', 'found']);
  const { findings } = await run();
  expect(findings.map(({ tag, kind, state }) => [tag, kind, state])).toEqual([
    ['2.0', 'moved', 'healed'],
    ['1.0', 'deleted', 'waiting'],
  ]);
  clock.now += HOUR_MS;
  expect((await run()).findings).toMatchObject([{ tag: '1.0', kind: 'deleted', state: 'healed' }]);
  expect(published.at(-1)?.taken.event).toMatchObject({ action: 'delete', target: { tag: '1.0' } });
  expect(new Set(published.map(({ taken }) => taken.event.id)).size).toBe(4);
});

test('what is on its way into the archive, or ignored by it, is no loss', async () => {
  const app = new Map([['1.0', digest('one')]]);
  const { run, published, clock } = await comparison(new Map([['acme/app', app]]), { careful: false });
  await run();
  app.set('2.0', digest('two'));
  clock.now += HOUR_MS;
  const behind = { oldest: async () => ({ since: clock.now - 1, what: 'it waits' }), catchUp: 0 };
  const waiting = [{ repository: '', reason: 'it waits' }];
  expect(await run(behind)).toMatchObject({ behind: true, findings: [], errors: waiting });
  const dead = await run({ dead: async () => new Set(['acme/app:2.0']) });
  expect(dead).toMatchObject({ findings: [], errors: [{ repository: 'acme/app' }] });
  expect(dead.errors[0]?.reason).toContain('dead retry');
  const ignored = await run({ archives: ({ event }) => event.target.tag !== '2.0' });
  expect(ignored).toMatchObject({ findings: [], inOrder: 2 });
  expect(published).toHaveLength(1);
  // What comes later than the look keeps it waiting for nothing.
  const busy = { oldest: async () => ({ since: clock.now + 1, what: 'it waits' }), catchUp: 0 };
  expect(await run(busy)).toMatchObject({ findings: [{ tag: '2.0', state: 'healed' }] });
});

test.each(['during the look', 'after it'])(
  'a tag that moves %s is left to the next comparison',
  async (when) => {
    const app = new Map([['1.0', digest('one')]]);
    const { run, published, clock, take } = await comparison(new Map([['acme/app', app]]), {
      careful: false,
    });
    await run();
    const [first] = published;
    app.set('1.0', digest('lost'));
    clock.now += HOUR_MS;
    // By a registry whose clock is slow.
    const time = new Date(clock.now - 5_000).toISOString();
    const push = (): void => {
      if (!first) throw new TypeError('nothing was published');
      const { event } = first.taken;
      take({ ...first.taken, event: { ...event, time, target: { ...event.target, digest: digest('new') } } });
    };
    const repositories = async (): Promise<string[]> => ['acme/app'];
    const oldest = async (): Promise<undefined> => {
      if (when === 'after it') push();
    };
    const registry = await scripted(new Map([['acme/app', app]]));
    const { tags } = registry;
    registry.tags = async (...asked) => {
      const listed = await tags.apply(registry, asked);
      if (when === 'during the look') push();
      return listed;
    };
    expect(await run({ registry, repositories, oldest })).toMatchObject({ findings: [], errors: [] });
    expect(published).toHaveLength(1);
  },
);

test('a list whose next page is named at another origin is not cut, and nothing else is asked', async () => {
  const server = await startReceiver(({ url }) => {
    const [names, next] = url.includes('last=') ? [['b']] : [['a'], '/v2/_catalog?last=a&n=100'];
    return {
      headers: { ...(next && { link: `<http://inside.example${next}>; rel="next"` }) },
      body: JSON.stringify({ repositories: names }),
    };
  });
  const registry = openListableRegistry({ url: server.url, userAgent: 'longshore/test', timeout: 10_000 });
  onTestFinished(() => registry.close());
  expect(await repositoriesIn(registry, new AbortController().signal)).toEqual(['a', 'b']);
  server.reply({ headers: { link: '<http://[>; rel="next"' }, body: '{"repositories":["a"]}' });
  await expect(repositoriesIn(registry, new AbortController().signal)).rejects.toThrow('no URL');
});

test('Harbor is asked for its repositories page by page, and an answer that is no list is an error', async () => {
  const names = Array.from({ length: 150 }, (_, n) => ({ name: `project/app-${n}` }));
  let status = 200;
  const server = await startReceiver(({ url }) => {
    const page = Number(new URL(url, 'http://harbor').searchParams.get('page'));
    return { status, body: JSON.stringify(names.slice((page - 1) * 100, page * 100)) };
  });
  const signal = new AbortController().signal;
  const ask = () =>
    harborRepositories({
      url: server.url,
      fetch,
      signal,
      userAgent: 'longshore/test',
      basic: ['robot', 'secret'],
    });
  expect(await ask()).toHaveLength(150);
  const [request] = server.requests;
  expect(request?.headers.authorization).toBe(`Basic ${btoa('robot:secret')}`);
  status = 500;
  await expect(ask()).rejects.toThrow('HTTP 500');
});

test('GitLab is asked project by project, and an error of one with a registry is an error of all', async () => {
  let status = 200;
  const projects = [
    { id: 1, container_registry_access_level: 'enabled' },
    { id: 2 },
    { id: 3, container_registry_access_level: 'disabled' },
    { id: 4, container_registry_enabled: false },
  ];
  const server = await startReceiver(({ url }) => {
    const { pathname } = new URL(url, 'http://gitlab');
    const [, id] = /^\/api\/v4\/projects\/(\d+)\/registry\/repositories$/.exec(pathname) ?? [];
    if (id === undefined) return { status: 200, body: JSON.stringify(projects) };
    const list =
      id === '1'
        ? [
            { id: 7, path: 'team/app' },
            { id: 8, path: 'team/app/worker' },
          ]
        : [];
    if (Number(id) > 2) return { status: 403, body: '{"message":"403 Forbidden"}' };
    return { status: id === '2' ? status : 200, body: JSON.stringify(list) };
  });
  const signal = new AbortController().signal;
  const ask = () =>
    gitlabRepositories({ api: server.url, fetch, signal, userAgent: 'longshore/test', token: 'secret' });
  expect(await ask()).toEqual(['team/app', 'team/app/worker']);
  expect(server.requests.every(({ headers }) => headers['private-token'] === 'secret')).toBe(true);
  status = 403;
  await expect(ask()).rejects.toThrow('HTTP 403');
});
