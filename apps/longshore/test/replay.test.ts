/** Archived events to an endpoint again: once each, whatever is killed meanwhile. */
import { randomUUID } from 'node:crypto';
import { deliveryId } from '@longshore/event';
import {
  eventually,
  type Receiver,
  redisUrl,
  startPostgres,
  startReceiver,
  startRedis,
  testDatabase,
  testPrefix,
} from '@longshore/testkit';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { AT_LAST } from './control.js';
import { command, jsonLines } from './operator.js';
import {
  anEvent,
  envelope,
  idsOf,
  longshore,
  type Relay,
  type Settings,
  startRelay,
  workFolder,
  writeConfig,
} from './relay.js';

/** A relay with an archive that has these events, delivered to `one`; `two` is new, and has got nothing yet. */
interface Archived {
  relay: Relay;
  /** Configuration with both endpoints. */
  file: string;
  one: Receiver;
  two: Receiver;
  ids: string[];
  url: string;
  prefix: string;
}

interface Made {
  count: number;
  url?: string;
  redis?: string;
  archive?: Settings;
  two?: Settings;
  receiver?: Receiver;
  more?: Settings;
}

const fresh = (count: number, more: Parameters<typeof anEvent>[0] = {}): Record<string, unknown>[] =>
  Array.from({ length: count }, () => ({ ...anEvent(more), timestamp: new Date().toISOString() }));

async function rowsOf(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

const archivedIn = async (url: string): Promise<number> =>
  Number((await rowsOf(url, 'select count(*) as n from longshore.event'))[0]?.n);

async function archived(made: Made): Promise<Archived> {
  const { count, url = await testDatabase(), two: settings = {}, more = {} } = made;
  const [one, two] = [await startReceiver(), made.receiver ?? (await startReceiver())];
  const prefix = testPrefix();
  const folder = await workFolder();
  const config = (endpoints: object[]) =>
    writeConfig(folder, {
      archive: { url, ...made.archive },
      redis: { url: made.redis ?? redisUrl(), prefix },
      notifications: { endpoints },
      ...more,
    });
  const file = await config([{ name: 'one', url: one.url }]);
  const relay = await startRelay(file);
  const events = fresh(count);
  await relay.post(envelope(...events));
  await eventually(
    () => archivedIn(url),
    (rows) => rows === count,
    AT_LAST,
  );
  await got(one, count);
  await config([
    { name: 'one', url: one.url },
    { name: 'two', url: two.url, backoff: '10ms', ...settings },
  ]);
  await relay.waitFor(({ msg }) => msg === 'configuration reloaded', AT_LAST);
  const ids = events.map(({ id }) => String(id));
  return { relay, file, one, two, ids, url, prefix };
}

const replay = (file: string, ...args: string[]) => command(['replay', '--config', file, '--json', ...args]);

const toTwo = ['--endpoint', 'two', '--since', '1h'];

const got = (receiver: Receiver, count: number) =>
  eventually(
    () => receiver.requests.length,
    (requests) => requests >= count,
    AT_LAST,
  );

/** What a run came to; what is not named is 0. */
const counts = (named: object) => ({
  ...{ enqueued: 0, had: 0, waiting: 0, retried: 0, ignored: 0, unreadable: 0, stopped: false },
  ...named,
});

test('a new endpoint gets every event once, with the ids of its deliveries, however often it is run', async () => {
  const { file, one, two, ids, relay, url } = await archived({
    count: 20,
    // The queue knows the last delivery alone: what the endpoint had is known from the history.
    more: { retention: { delivered: { age: '1h', count: 1 } } },
  });
  const [dry] = jsonLines(await replay(file, ...toTwo, '--dry-run'));
  expect(dry).toMatchObject(counts({ dryRun: true, events: 20, enqueued: 20, total: 20 }));
  expect(two.requests).toEqual([]);
  const first = await replay(file, ...toTwo, '--rate', '0');
  expect([first.code, jsonLines(first)[0]]).toMatchObject([0, counts({ events: 20, enqueued: 20 })]);
  await got(two, 20);
  expect(idsOf(two.requests).toSorted()).toEqual(ids.toSorted());
  const expected = ids.map((eventId) => deliveryId({ endpoint: 'two', source: 'distribution', eventId }));
  const keys = two.requests.map(({ headers }) => headers['idempotency-key']);
  expect(keys.toSorted()).toEqual(expected.toSorted());

  const attempts = `select count(*) as n from longshore.history h join longshore.history_word w on w.id = h.endpoint
    where w.word = 'two' and h.step = 3`;
  await eventually(
    async () => Number((await rowsOf(url, attempts))[0]?.n),
    (n) => n === 20,
    AT_LAST,
  );
  const second = jsonLines(await replay(file, ...toTwo, '--rate', '0'))[0];
  expect(second).toMatchObject(counts({ events: 20, had: 20 }));
  expect(Date.parse(second.knownSince)).toBeLessThan(Date.now());
  expect(two.requests).toHaveLength(20);
  expect(one.requests).toHaveLength(20);
  const recorded = await relay.waitFor(({ record }) => record === 'event.replayed', AT_LAST);
  expect(recorded).toMatchObject({ endpoint: 'two', run: expect.any(String), enqueued: expect.any(Number) });
});

test('killed in the middle, it is continued by its run, and nothing comes twice', async () => {
  const { file, two, ids } = await archived({ count: 60 });
  const running = longshore(['replay', '--config', file, ...toTwo, '--rate', '20/s']);
  await got(two, 8);
  running.kill('SIGKILL');
  await running.exited;
  const [, run = ''] = /replay ([0-9a-f]{8}) begins/.exec(running.stderr) ?? [];
  expect(run).not.toBe('');
  const resumed = await replay(file, '--resume', run, '--rate', '0');
  expect([resumed.code, jsonLines(resumed)[0]]).toMatchObject([0, { run, stopped: false, events: 60 }]);
  await got(two, 60);
  expect(idsOf(two.requests).toSorted()).toEqual(ids.toSorted());
  // A run that has ended does nothing.
  expect(jsonLines(await replay(file, '--resume', run))[0]).toMatchObject({ run, events: 60 });
  expect(two.requests).toHaveLength(60);
});

test('asked for by the API it runs in the background, and its progress names the run', async () => {
  const { relay, two, ids } = await archived({ count: 4 });
  const api = `${relay.dashboard}/api/v1`;
  const post = (body: object) =>
    fetch(`${api}/replay`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const started = await post({ endpoint: 'two', since: '1h', rate: 0 });
  const { id } = await started.json();
  expect([started.status, id]).toEqual([202, expect.any(String)]);
  const ended = await eventually(
    async () => (await fetch(`${api}/operations/${id}`)).json(),
    ({ state }) => state !== 'running',
    AT_LAST,
  );
  expect(ended).toMatchObject({ act: 'replay', state: 'done', done: 4, total: 4 });
  expect(ended.run).toMatch(/^[0-9a-f]{8}$/);
  await got(two, 4);
  expect(idsOf(two.requests).toSorted()).toEqual(ids.toSorted());
  const refused = await post({ endpoint: 'two' });
  expect([refused.status, await refused.json()]).toMatchObject([400, { error: 'REQUEST_INVALID' }]);
});

test('forced, it sends all of it again with ids of its run; continued, none of those twice', async () => {
  const { file, two, ids, url } = await archived({ count: 10 });
  await replay(file, ...toTwo, '--rate', '0');
  await got(two, 10);
  const [forced] = jsonLines(await replay(file, ...toTwo, '--rate', '0', '--force'));
  expect(forced).toMatchObject(counts({ events: 10, enqueued: 10 }));
  await got(two, 20);
  expect(idsOf(two.requests).toSorted()).toEqual([...ids, ...ids].toSorted());
  const keys = new Set(two.requests.map(({ headers }) => headers['idempotency-key']));
  expect(keys.size).toBe(20);
  // As if it had been killed before its place was remembered.
  await rowsOf(url, 'update longshore.replay_run set at = null, event_id = null, ended_at = null');
  const [again] = jsonLines(await replay(file, '--resume', forced.run, '--rate', '0'));
  expect(again).toMatchObject({ enqueued: 10, had: 10 });
  expect(two.requests).toHaveLength(20);
});

test('PostgreSQL stopped in the middle is waited for', async () => {
  const postgres = await startPostgres();
  const { file, two, ids } = await archived({ count: 40, url: await postgres.database() });
  // Slow enough that it has not ended when the first delivery is seen, on a busy machine too.
  const running = longshore(['replay', '--config', file, '--json', ...toTwo, '--rate', '5/s']);
  await got(two, 1);
  await postgres.kill9();
  await eventually(
    () => running.stderr,
    (text) => text.includes('waiting: '),
    AT_LAST,
  );
  await postgres.start();
  expect(await running.exited).toMatchObject({ code: 0 });
  await got(two, 40);
  expect(idsOf(two.requests).toSorted()).toEqual(ids.toSorted());
});

test('room in Redis is waited for', async () => {
  const redis = await startRedis({ maxmemory: '64mb' });
  const { file, two, prefix } = await archived({ count: 5, redis: redis.url });
  await redis.cli('SETRANGE', `${prefix}-ballast`, String(52 * 2 ** 20), 'x');
  const running = longshore(['replay', '--config', file, '--json', ...toTwo]);
  await eventually(
    () => running.stderr,
    (text) => text.includes('waiting: '),
    AT_LAST,
  );
  expect(two.requests).toEqual([]);
  await redis.cli('DEL', `${prefix}-ballast`);
  expect(await running.exited).toMatchObject({ code: 0 });
  await got(two, 5);
});

test('what is dead there is retried, what waits is left, and its rules hold', async () => {
  let status = 500;
  const receiver = await startReceiver(() => ({ status }));
  const { file, relay, two, ids } = await archived({
    count: 4,
    receiver,
    two: { threshold: 1, ignore: { repositories: ['ignored/**'] } },
  });
  const ignored = fresh(2, { target: { repository: 'ignored/app' } });
  await relay.post(envelope(...ignored));
  await replay(file, ...toTwo, '--repository', 'acme/**', '--rate', '0');
  await relay.waitFor(({ record, outcome }) => record === 'delivery.settled' && outcome === 'dead', AT_LAST);
  await eventually(
    async () =>
      jsonLines(await command(['dead', 'list', '--config', file, '--endpoint', 'two', '--json'])).length,
    (dead) => dead === 4,
    AT_LAST,
  );
  status = 200;
  await command(['pause', 'two', '--config', file]);
  const [dead] = jsonLines(await replay(file, ...toTwo, '--rate', '0'));
  expect(dead).toMatchObject(counts({ events: dead.events, retried: 4, ignored: dead.events - 4 }));
  const [waits] = jsonLines(await replay(file, ...toTwo, '--rate', '0', '--repository', 'acme/**'));
  expect(waits).toMatchObject(counts({ events: 4, waiting: 4 }));
  two.requests.splice(0);
  await command(['resume', 'two', '--config', file]);
  await got(two, 4);
  expect(idsOf(two.requests).toSorted()).toEqual(ids.toSorted());
});

describe('it is refused', () => {
  test.for<[string, string[], Settings | undefined]>([
    ['to the archive', ['--endpoint', 'archive', '--since', '1h'], undefined],
    ['to an endpoint that is disabled', toTwo, undefined],
    ['without a begin', ['--endpoint', 'one'], undefined],
    ['with a begin after its end', ['--endpoint', 'one', '--since', '1h', '--until', '2h'], undefined],
    ['with a run and a filter', ['--resume', '0123abcd', '--since', '1h'], undefined],
    ['with a glob that is none', ['--endpoint', 'one', '--since', '1h', '--repository', '@(x)'], undefined],
    ['when no bodies are kept', ['--endpoint', 'one', '--since', '1h'], { body: false }],
  ])('%s', async ([, args, archive]) => {
    const endpoints = [
      { name: 'one', url: 'http://127.0.0.1:9' },
      { name: 'two', url: 'http://127.0.0.1:9', disabled: true },
    ];
    const redis = { url: redisUrl(), prefix: testPrefix() };
    const settings = { archive: { url: await testDatabase(), ...archive }, redis };
    const file = await writeConfig(await workFolder(), { ...settings, notifications: { endpoints } });
    const { code, stderr } = await command(['replay', '--config', file, ...args]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^longshore: /)]);
  });

  test('an unknown endpoint, and an unknown run', async () => {
    const { file } = await archived({ count: 1 });
    const unknown = await replay(file, '--endpoint', randomUUID(), '--since', '1h');
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('no endpoint')]);
    const run = await replay(file, '--resume', '0123abcd');
    expect([run.code, run.stderr]).toEqual([1, expect.stringContaining('no replay')]);
  });
});
