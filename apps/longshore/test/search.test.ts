/** `longshore search` over a real archive. */
import { readFile } from 'node:fs/promises';
import { openArchive } from '@longshore/archive';
import { createImageMaker, createPullMaker } from '@longshore/archive/images';
import { createArchiveWriter } from '@longshore/archive/write';
import { deliveryOf, EVENTS_V2 } from '@longshore/event';
import { eventually, startPostgres, testDatabase } from '@longshore/testkit';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { command, jsonLines } from './operator.js';
import { longshore, workFolder, writeConfig } from './relay.js';

const HOUR_MS = 3_600_000;

/** An archive with pushes of `acme/app` an hour apart, the newest an hour old; and its configuration. */
async function archiveOf(count: number, repository = 'acme/app'): Promise<string> {
  const url = await testDatabase();
  const archive = openArchive({ connection: { url }, onError: () => {} });
  await archive.migrate();
  const options = { body: true, addresses: 'full', partition: 'month', retention: 0 } as const;
  const deliveries = Array.from({ length: count }, (_, n) => push(`event-${n}`, repository, n));
  await createArchiveWriter(archive, options).write(deliveries, new AbortController().signal);
  await archive.close();
  return writeConfig(await workFolder(), { archive: { url } });
}

function push(id: string, repository: string, n: number) {
  const at = Date.now() - (n + 1) * HOUR_MS;
  const [timestamp, actor] = [new Date(at).toISOString(), { name: n % 2 === 0 ? 'ci' : '=anna' }];
  const target = { repository, tag: `1.${n}`, digest: `sha256:abcdef01${String(n % 3).padStart(56, '0')}` };
  const request = {
    addr: '10.1.2.3:4000',
    useragent: 'containerd/v2.0.0 with a name that is rather long',
    method: 'PUT',
  };
  const payload = { id, timestamp, action: 'push', target, request, actor };
  const event = { ...payload, class: 'event' as const, action: 'push' as const, nativeType: 'push' };
  const taken = { event, payload: { event: payload }, contentType: EVENTS_V2, receivedAt: at };
  return deliveryOf({ ...taken, source: 'distribution', kind: 'distribution' }, 'archive');
}

test('events as a table, newest first, with what there is more', async () => {
  const config = await archiveOf(3);
  const { code, stdout } = await command(['search', 'acme', '--limit', '2', '--config', config]);
  const [head, ...lines] = stdout.trimEnd().split('\n');
  expect(code).toBe(0);
  expect(head).toMatch(/^TIME +ACTION +REPOSITORY +TAG +DIGEST +ACTOR +ADDRESS +CLIENT$/);
  expect(lines).toEqual([
    expect.stringMatching(/ push +acme\/app +1\.0 +\w{12} +ci +10\.1\.2\.3 +containerd/),
    expect.stringMatching(/ push +acme\/app +1\.1 /),
    '2 events, newest first; there may be more: use --limit or a filter',
  ]);
  const none = await command(['search', '--tag', 'none', '--config', config]);
  expect([none.code, none.stdout]).toEqual([
    0,
    expect.stringMatching(/^No events match\. The archive begins at 20/),
  ]);
});

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

test('a search that takes too long ends with what to do', async () => {
  const config = await archiveOf(1);
  const { archive } = parse(await readFile(config, 'utf8'));
  // Two: within a transaction `pg_stat_activity` does not change.
  const [locking, watching] = [await connected(archive.url), await connected(archive.url)];
  await locking.query('begin; lock table longshore.event');
  const searching = command(['search', 'acme', '--config', config]);
  // What PostgreSQL's statement_timeout does after READ_TIMEOUT_MS.
  const cancel = `select pg_cancel_backend(pid) from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  await eventually(async () => (await watching.query(cancel)).rowCount === 1);
  const { code, stderr } = await searching;
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/took too long.*narrower time, a repository, a digest or an actor/s),
  ]);
});

test('every option is a filter, and every output has the same events', async () => {
  const config = await archiveOf(30);
  const ask = (...args: string[]) => command(['search', ...args, '--config', config]);
  const ids = async (...args: string[]) => jsonLines(await ask(...args, '-o', 'ndjson')).map(({ id }) => id);
  expect(await ids('--tag', '1.4', '--repository', 'acme/*')).toEqual(['event-4']);
  expect(await ids('--since', '3h30m', '--until', '1h30m')).toEqual(['event-1', 'event-2']);
  expect(await ids('--since', '1w', '--actor', '=anna', '--limit', '1')).toEqual(['event-1']);
  expect(
    await ids('--digest', 'abcdef01', '--addr', '10.0.0.0/8', '--client', 'CONTAINERD', '--action', 'push'),
  ).toHaveLength(30);
  expect(await ids('--source', 'none')).toEqual([]);
  const json = JSON.parse((await ask('--json', '--limit', '7')).stdout);
  expect(json).toHaveLength(7);
  expect(json[0]).toMatchObject({ id: 'event-0', actor: 'ci', digest: expect.stringMatching(/^sha256:/) });
  const csv = (await ask('-o', 'csv', '--limit', '2')).stdout.trimEnd().split('\r\n');
  expect(csv).toHaveLength(3);
  expect(csv[2]).toContain(",'=anna,10.1.2.3,");
  expect((await ask('--tag', 'none', '-o', 'json')).stdout).toBe('[]\n');
});

test('wrong usage is 2, and says what to write', async () => {
  const config = await archiveOf(0);
  for (const [args, words] of [
    [['--digest', 'abc'], 'write 8 or more'],
    [['--since', 'yesterday'], 'is not a time'],
    [['--limit', '0'], 'whole number'],
    [['-o', 'xml'], 'Allowed choices'],
    [['--repository', '[z-a]'], 'in order'],
  ] as const) {
    const { code, stderr } = await command(['search', ...args, '--config', config]);
    expect([args, code]).toEqual([args, 2]);
    expect(stderr).toContain(words);
  }
});

test('without an archive, and without PostgreSQL, the message says what to do', async () => {
  const off = await command(['search', '--config', await writeConfig(await workFolder(), {})]);
  expect([off.code, off.stderr]).toEqual([1, expect.stringContaining('archive: {}')]);
  const embedded = await command([
    'search',
    '--config',
    await writeConfig(await workFolder(), { archive: {} }),
  ]);
  expect([embedded.code, embedded.stderr]).toEqual([1, expect.stringContaining('longshore run --config')]);
  const postgres = await startPostgres();
  const config = await writeConfig(await workFolder(), { archive: { url: await postgres.database() } });
  await postgres.stop();
  const away = await command(['search', '--config', config]);
  expect([away.code, away.stderr]).toEqual([
    1,
    expect.stringMatching(/^longshore: PostgreSQL of the archive is unavailable: .*archive\.url/),
  ]);
});

test('a limit beyond a page is read page by page, and a pipe gets all of it', async () => {
  const config = await archiveOf(1_200);
  const searching = longshore(['search', '--limit', '1000000', '-o', 'ndjson', '--config', config]);
  const { code } = await searching.exited;
  expect(code).toBe(0);
  expect(new Set(jsonLines(searching).map(({ id }) => id)).size).toBe(1_200);
});

test('image events and pulls, in every output', async () => {
  const url = await testDatabase();
  const archive = openArchive({ connection: { url }, onError: () => {} });
  await archive.migrate();
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const happened = ['push', 'pull'].map((action, n) => {
    const { payload, view, ...more } = push(`event-${n}`, 'acme/app', 5 - n);
    const target = {
      ...(payload.event?.target as object),
      tag: '1.0',
      mediaType,
      digest: `sha256:${'ab'.repeat(32)}`,
    };
    const request = { ...(payload.event?.request as object), method: action === 'push' ? 'PUT' : 'HEAD' };
    const event = { ...payload.event, action, target, request };
    return { ...more, nativeType: action, payload: { event }, view: { ...view, ...target, action } };
  });
  const options = {
    ...({ body: true, addresses: 'full', partition: 'month', retention: 0, sessions: { grace: 0 } } as const),
  };
  await createArchiveWriter(archive, options).write(happened, new AbortController().signal);
  await archive.pool.query(`update image_open set arrived_at = now() - interval '1 hour'`);
  const onFault = (_repository: string, error: unknown): never => {
    throw error;
  };
  const parts = { archive, registryOf: () => undefined, onProblem: () => {}, onFault };
  const images = createImageMaker({
    ...parts,
    settings: () => ({ settle: 0, orphan: 0, untagged: false, partition: 'month' }),
    sourcesOf: (source) => [source],
  });
  const pulls = createPullMaker({
    ...parts,
    settings: () => ({ key: ['addr', 'actor', 'agent'], grace: 0, partition: 'month' }),
    redirects: () => false,
  });
  for (const maker of [images, pulls]) await maker.make(async () => true, new AbortController().signal);
  await archive.close();
  const config = await writeConfig(await workFolder(), { archive: { url } });
  const ask = (...args: string[]) => command(['search', ...args, '--config', config]);

  const table = (await ask('--class', 'image')).stdout;
  expect(table).toMatch(/^TIME +ACTION +REPOSITORY +TAGS +DIGEST +SIZE +ACTOR +CLIENT\n/);
  expect(table).toMatch(/ image\.pushed +acme\/app +1\.0 +abababababab /);
  expect(table).toContain('2 image events, newest first');
  expect(jsonLines(await ask('--class', 'image', '--action', 'tag.created', '-o', 'ndjson'))).toMatchObject([
    { action: 'tag.created', tag: '1.0', repository: 'acme/app' },
  ]);
  const found = (await ask('--class', 'pull')).stdout;
  expect(found).toMatch(/^BEGAN +STATE +REPOSITORY /);
  expect(found).toMatch(/ checked +acme\/app +1\.0 /);
  const csv = (await ask('--class', 'pull', '--state', 'checked', '--repository', 'acme/*', '-o', 'csv'))
    .stdout;
  expect(csv.split('\r\n')[1]).toContain(',checked,false,events,acme/app,1.0,');
  expect((await ask('--class', 'pull', '--state', 'complete')).stdout).toMatch(/^No pulls match\. /);
  expect(await ask('--class', 'image', '--client', 'crane')).toMatchObject({ code: 2 });
});
