/** `longshore doctor` on set-ups that are really broken, each in one way, and on one that is in order. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, redisUrl, selfSigned, startReceiver, startRedis, testPrefix } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { bury, command } from './operator.js';
import { type Settings, startRelay, workFolder, writeConfig } from './relay.js';

interface Check {
  group: string;
  name: string;
  status: string;
  message: string;
  fix?: string;
  endpoint?: string;
}

/** The checks of some groups for a configuration. */
async function examine(
  only: string,
  settings: Settings,
  { args = [], env = {} }: { args?: string[]; env?: Record<string, string> } = {},
) {
  const file = await writeConfig(await workFolder(), settings);
  const all = ['doctor', '--json', '--only', only, '--timeout', '2', '--config', file, ...args];
  const { code, stdout, stderr } = await command(all, env);
  expect(stderr).toBe('');
  const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: Check[] };
  const failed = checks.filter(({ status }) => status === 'fail');
  expect([ok, code]).toEqual(failed.length > 0 ? [false, 1] : [true, 0]);
  // Each that asks for something says what.
  for (const { status, fix } of checks)
    expect(fix !== undefined).toBe(status === 'warn' || status === 'fail');
  const troubled = checks.filter(({ status }) => status === 'warn' || status === 'fail');
  return { checks, troubled, file };
}

const endpoint = (url: string, more: Settings = {}): Settings => ({
  notifications: { endpoints: [{ name: 'one', url, ...more }] },
});

/** A whole relay is started beside whatever else this machine does. */
const LONG_MS = 180_000;

/** A Redis that is away, for groups that do not look at it. */
const AWAY = { redis: { url: 'redis://127.0.0.1:1' } };

test(
  'a relay that is in order passes, in words, and no receiver gets a request',
  async () => {
    const receiver = await startReceiver();
    const [ingest, admin] = [await freePort(), await freePort()];
    const file = await writeConfig(await workFolder(), {
      ...endpoint(receiver.url),
      ingest: { listen: `127.0.0.1:${ingest}` },
      admin: { listen: `127.0.0.1:${admin}` },
      sources: [{ name: 'main', kind: 'distribution', auth: { bearer: 's3cret' } }],
      redis: { url: redisUrl(), prefix: testPrefix() },
    });
    const relay = await startRelay(file);
    const { code, stdout } = await command(['doctor', '--timeout', '50', '--config', file]);
    expect(stdout).not.toContain('✗');
    expect(stdout).toContain(`  ✓ main, ingest: http://127.0.0.1:${ingest}/sources/main takes events`);
    expect(stdout).toMatch(/\n {2}✓ one, receiver: 127\.0\.0\.1:\d+ answers at 127\.0\.0\.1\n/);
    expect(stdout).toMatch(/Nothing fails, .* passed, .* skipped\.\n$/);
    expect(code).toBe(0);
    for (const role of ['ingest', 'worker'])
      expect(stdout).toMatch(new RegExp(`✓ ${role}: 1 process: .+:[0-9]+`));
    const page = await (await fetch(`${relay.dashboard}/doctor?run=now`)).text();
    expect(page).toContain('sources: main, ingest');
    expect(page).toContain('<span class="state good">passed</span>');
    expect(page).not.toContain('`');
    expect(receiver.requests).toEqual([]);
    const sent = await command(['doctor', '--only', 'config', '--send', '--config', file]);
    expect(sent).toMatchObject({ code: 0, stdout: expect.stringMatching(/✓ one, test: 200 after \d+ ms/) });
    expect(receiver.requests.map(({ body }) => body)).toEqual([expect.stringContaining('longshore/doctor')]);
    // Another secret than the one that the relay runs with.
    const other = await writeConfig(await workFolder(), {
      sources: [{ name: 'main', kind: 'distribution', auth: { bearer: 'other' } }],
    });
    const from = `http://127.0.0.1:${ingest}`;
    const large = await command(['doctor', '--only', 'sources', '--from', from, '--config', file]);
    expect(large).toMatchObject({ code: 0, stdout: expect.stringContaining('also with a body of 1 MiB') });
    expect(relay.records.filter(({ record }) => record === 'event.quarantined')).toEqual([]);
    const refused = await command(['doctor', '--only', 'sources', '--from', from, '--config', other]);
    expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('✗ main, credentials:') });
    expect(refused.stdout).toContain('set the same secret in the registry');
  },
  LONG_MS,
);

describe('receivers', () => {
  test.each([
    ['a listen address', () => 'http://0.0.0.0:9/', /0\.0\.0\.0:9/, /start the receiver/],
    [
      'a name that is unknown',
      () => 'http://nosuch.invalid/',
      /ENOTFOUND|EAI_AGAIN/,
      /correct the host name/,
    ],
    [
      'nothing there',
      async () => `http://127.0.0.1:${await freePort()}/`,
      /ECONNREFUSED/,
      /start the receiver/,
    ],
    [
      'an authority that is not trusted',
      async () => (await startReceiver({}, { tls: selfSigned({ names: ['127.0.0.1'] }) })).url,
      /self-signed/,
      /tls\.ca/,
    ],
    [
      'TLS to a port without it',
      async () => (await startReceiver()).url.replace('http:', 'https:'),
      /TLS failed/,
      /try http:/,
    ],
  ])('%s', async (_, urlOf, message, fix) => {
    const { troubled } = await examine('endpoints', { ...endpoint(await urlOf()), ...AWAY });
    expect(troubled).toEqual([
      {
        ...{ group: 'endpoints', name: 'receiver', status: 'fail', endpoint: 'one' },
        ...{ message: expect.stringMatching(message), fix: expect.stringMatching(fix) },
      },
    ]);
  });

  test.each([
    ['another name', { names: ['other.test'], days: 90 }, 'fail', /altnames/],
    ['expired', { names: ['127.0.0.1'], days: -1 }, 'fail', /expired/],
    ['expiring', { names: ['127.0.0.1'], days: 10 }, 'warn', /expires in \d+ days/],
  ])('a certificate: %s', async (_, certificate, status, message) => {
    const tls = selfSigned(certificate);
    const { url } = await startReceiver({}, { tls });
    const { troubled } = await examine('endpoints', { ...endpoint(url, { tls: { ca: tls.cert } }), ...AWAY });
    expect(troubled).toMatchObject([{ status, message: expect.stringMatching(message) }]);
  });

  test('a proxy that is away', async () => {
    const { url } = await startReceiver();
    const proxy = `http://127.0.0.1:${await freePort()}`;
    const { troubled } = await examine('endpoints', { ...endpoint(url, { proxy }), ...AWAY });
    expect(troubled).toMatchObject([{ status: 'fail', message: expect.stringContaining('proxy') }]);
  });
});

test('within a container: loopback and the listener that only it reaches', async () => {
  const settings = { ...endpoint('http://localhost:8080/'), ...AWAY, ingest: { listen: '127.0.0.1:7780' } };
  const { troubled } = await examine('container', settings, { env: { KUBERNETES_SERVICE_HOST: '10.0.0.1' } });
  expect(troubled.map(({ name, endpoint: of, status }) => [of ?? '', name, status])).toEqual([
    ['', 'ingest', 'warn'],
    ['', 'dashboard', 'warn'],
    ['', 'redis', 'warn'],
    ['one', 'address', 'warn'],
  ]);
  expect(troubled[0]).toMatchObject({ fix: 'LONGSHORE_INGEST_LISTEN=0.0.0.0:7780' });
});

describe('Redis', () => {
  test('away, and a password that it refuses', async () => {
    const { troubled } = await examine('redis', { redis: { url: `redis://127.0.0.1:${await freePort()}` } });
    expect(troubled).toMatchObject(
      [{ name: 'usable', status: 'fail', message: /does not answer/ }].map(matching),
    );
    const wrong = redisUrl().replace('redis://', 'redis://stranger:wrong@');
    const refused = await examine('redis', { redis: { url: wrong } });
    expect(refused.troubled).toMatchObject([
      { status: 'fail', message: expect.stringContaining('refuses the user name or the password') },
    ]);
  });

  test('what loses events later, and what runs out', async () => {
    const redis = await startRedis({ appendonly: true, settings: { appendfsync: 'no', maxclients: '60' } });
    const { troubled } = await examine('redis', { redis: { url: redis.url } });
    // How fast it answers depends on what else the machine does.
    const found = troubled.filter(({ name }) => name !== 'latency');
    expect(found.map(({ name, status }) => [name, status])).toEqual([
      ['settings', 'warn'],
      ['connections', 'warn'],
      ['fsync', 'warn'],
    ]);
  });
});

test('a relay that does not run, and an address that leads elsewhere', async () => {
  const closed = `127.0.0.1:${await freePort()}`;
  const settings = { ingest: { listen: closed }, admin: { listen: closed }, ...AWAY };
  const { troubled, file } = await examine('relay,sources', settings);
  expect(troubled).toMatchObject([
    {
      group: 'relay',
      status: 'fail',
      fix: expect.stringContaining(`longshore run --config ${file.slice(0, 5)}`),
    },
    { group: 'sources', status: 'fail', message: expect.stringContaining('ECONNREFUSED') },
  ]);
  const other = await startReceiver({ status: 200, body: '<html>' });
  const elsewhere = await examine('sources', AWAY, { args: ['--from', other.url] });
  expect(elsewhere.troubled).toMatchObject([
    { status: 'fail', message: expect.stringContaining('something else than Longshore answers') },
  ]);
  const short = await startReceiver((request) =>
    request.body.length > 0 ? { status: 413 } : { status: 200, body: '{"accepted":0}' },
  );
  const limited = await examine('sources', AWAY, { args: ['--from', short.url] });
  expect(limited.troubled).toMatchObject([
    { status: 'fail', name: 'size', fix: expect.stringContaining('client_max_body_size') },
  ]);
  const moved = await startReceiver({ status: 301, headers: { location: 'https://elsewhere.test/' } });
  const redirected = await examine('sources', AWAY, { args: ['--from', moved.url] });
  expect(redirected.troubled).toMatchObject([
    { status: 'fail', message: expect.stringContaining('redirects to https://elsewhere.test/') },
  ]);
});

/** As Distribution 2.8 and 3 show their endpoints. */
const debugVars = (url: string, Pending: number) =>
  JSON.stringify({
    registry: {
      notifications: {
        endpoints: [{ name: 'relay', url, Metrics: { Pending, Events: 9, Failures: 4, Errors: 1 } }],
      },
    },
  });

test('a registry whose events wait, whose clock is wrong, and which posts to no address', async () => {
  const late = new Date(Date.now() - 600_000).toUTCString();
  const registry = await startReceiver(({ url }) =>
    url === '/v2/'
      ? { status: 401, headers: { date: late } }
      : { status: 200, body: debugVars('http://localhost:5080/registry/notifications', 7) },
  );
  const args = ['--registry', registry.url, '--debug', registry.url];
  const { troubled } = await examine('registry', AWAY, { args });
  expect(troubled).toMatchObject([
    { name: 'clock', status: 'warn', message: expect.stringMatching(/ 6\d\d s behind/) },
    {
      name: 'pending',
      endpoint: 'relay',
      message: expect.stringMatching(/^7 events wait .* after 5 failures; localhost/),
    },
  ]);
  registry.reply({ status: 200, body: debugVars('http://0.0.0.0:5080/', 0) });
  expect((await examine('registry', AWAY, { args: args.slice(2) })).troubled).toMatchObject([
    { name: 'pending', status: 'fail', message: expect.stringContaining('no address of a receiver') },
  ]);
});

test('a collector that is away, one that refuses, one that takes spans, and a variable that cannot be followed', async () => {
  const collector = await startReceiver({ status: 401 });
  const look = (url: string, more = {}) =>
    examine('telemetry', AWAY, { env: { OTEL_EXPORTER_OTLP_ENDPOINT: url, ...more } });
  const away = await look(`http://127.0.0.1:${await freePort()}`);
  expect(away.troubled).toMatchObject([
    { name: 'collector', status: 'fail', fix: expect.stringMatching(/^start the collector/) },
  ]);
  const refused = await look(collector.url);
  expect(refused.troubled).toMatchObject(
    [{ status: 'fail', message: /v1\/traces: .*(401|Unauthorized)/ }].map(matching),
  );
  collector.reply({ status: 200 });
  const { checks } = await look(collector.url);
  expect(checks).toMatchObject([{ status: 'pass', message: `${collector.url}/v1/traces takes spans` }]);
  const { troubled } = await look(collector.url, { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });
  expect(troubled).toMatchObject([{ status: 'fail', message: /grpc is not supported/ }].map(matching));
});

test('a relay of which no process runs', async () => {
  const { troubled } = await examine('processes', { redis: { url: redisUrl(), prefix: testPrefix() } });
  expect(troubled.map(({ name, status }) => [name, status])).toEqual([
    ['ingest', 'warn'],
    ['worker', 'warn'],
  ]);
});

test('a secret that is missing, and one that everyone may read', async () => {
  const open = join(await workFolder(), 'open');
  await writeFile(open, 'http://127.0.0.1:9/', { mode: 0o644 });
  const endpoints = [
    { name: 'one', url: 'env:NOWHERE' },
    { name: 'two', url: `file:${open}` },
  ];
  const { troubled } = await examine('host,config', { notifications: { endpoints }, ...AWAY });
  expect(troubled).toContainEqual(
    expect.objectContaining({ group: 'host', name: 'secret file', status: 'warn' }),
  );
  expect(troubled).toContainEqual(
    expect.objectContaining({ group: 'config', name: 'secret', status: 'fail' }),
  );
});

test('a datadir that is no folder', async () => {
  const datadir = join(await workFolder(), 'file');
  await writeFile(datadir, '');
  const { troubled } = await examine('host', { datadir, ...AWAY });
  expect(troubled).toContainEqual(expect.objectContaining({ name: 'datadir', status: 'fail' }));
});

test('dead letters of an endpoint, and of one that was removed', async () => {
  const redis = { url: redisUrl(), prefix: testPrefix() };
  await bury(redis.prefix, 'one', 1);
  await bury(redis.prefix, 'gone', 1);
  const { troubled } = await examine('queues', { ...endpoint('http://127.0.0.1:9/'), redis });
  expect(troubled.map(({ endpoint: of, name, status }) => [of, name, status])).toEqual(
    expect.arrayContaining([
      ['one', 'dead', 'warn'],
      ['gone', 'removed', 'warn'],
    ]),
  );
});

test('wrong usage and a file that is no configuration exit with 2', async () => {
  const file = await writeConfig(await workFolder(), { nothing: 1 });
  expect(await command(['doctor', '--config', file])).toMatchObject({ code: 2 });
  expect(await command(['doctor', '--only', 'nothing', '--config', file])).toMatchObject({ code: 2 });
});

const matching = ({ message, ...rest }: { message: RegExp } & Record<string, unknown>) => ({
  ...rest,
  message: expect.stringMatching(message),
});
