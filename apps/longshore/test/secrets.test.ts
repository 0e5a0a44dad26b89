/** Secrets of every kind: in no key of Redis, no file, no line of the log, no answer and no argument of a process. */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, type RedisClient } from '@longshore/queue';
import { eventually, hasTool, startReceiver, startRedis, testDatabase, testPrefix } from '@longshore/testkit';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { anEvent, envelope, type RelayProcess, startRelayProcess, workFolder, writeConfig } from './relay.js';

const SLOW_MS = 240_000;

/** By variable. Each is a word that is nowhere else. */
const SECRETS = {
  SOURCE_BEARER: 'zq-source-bearer',
  SOURCE_PASSWORD: 'zq-source-password',
  SOURCE_HEADER: 'zq-source-header',
  SOURCE_TOKEN: 'zq-source-token',
  SOURCE_HMAC: 'zq-source-hmac',
  INGEST_TOKEN: 'zq-ingest-token',
  HEADER: 'zq-endpoint-header',
  SIGN: 'zq-endpoint-sign',
  BEARER: 'zq-endpoint-bearer',
  BASIC: 'zq-endpoint-basic',
  OAUTH_SECRET: 'zq-oauth-secret',
  ALERT: 'zq-alert-header',
  DASHBOARD: 'zq-dashboard-password',
  DASHBOARD_TOKEN: 'zq-dashboard-token',
  OIDC_SECRET: 'zq-oidc-secret',
  SESSION_SECRET: 'zq-session-secret',
  REDIS: 'zq-redis-password',
};
const ISSUED = 'zq-issued-token';
const IN_QUERY = 'zq-url-query';
const IN_USERINFO = 'zq-url-userinfo';
const IN_PROXY = 'zq-proxy-password';
const IN_DATABASE = 'zq-database-password';
const IN_FILE = 'zq-file-secret';
const GUESS = 'zq-wrong-guess';
const ALL = [...Object.values(SECRETS), ISSUED, IN_QUERY, IN_USERINFO, IN_PROXY, IN_DATABASE, IN_FILE, GUESS];

test('every kind of secret, after traffic of every kind', { timeout: SLOW_MS }, async () => {
  const redis = await startRedis();
  await redis.cli('config', 'set', 'requirepass', SECRETS.REDIS);
  const folder = await workFolder();
  const database = hasTool('postgres') ? await testDatabase() : undefined;
  const { relay, prefix, parrot } = await start(folder, redis.url, database);
  await traffic(relay);
  await relay.waitFor(({ record, endpoint }) => record === 'delivery.settled' && endpoint === 'parrot');
  await eventually(() => parrot.requests.length >= 4);

  const texts = new Map<string, string>();
  const client = await connected(redis.url);
  for (const [key, text] of await everyKey(client, prefix)) texts.set(key, text);
  client.disconnect();
  if (database !== undefined) {
    const tables = await eventually(
      () => everyTable(database),
      (all) => all.some(([, text]) => text.includes('acme/app')),
    );
    for (const [table, text] of tables) texts.set(table, text);
  }
  for (const [path, text] of await answers(relay)) texts.set(path, text);
  for (const [pid, text] of await processArguments(relay)) texts.set(pid, text);
  expect(texts.get('GET /api/v1/dead')).toContain('parrot');
  expect(texts.get('GET /api/v1/quarantine')).toContain('token');
  expect([...texts.keys()].filter((key) => key.startsWith(prefix)).length).toBeGreaterThan(10);

  // Without Redis a request goes to the spool.
  await redis.kill();
  const spooled = await eventually(
    async () => post(relay, '/sources/nexus', {}, nexusBody()),
    ({ text }) => text.includes('spooled'),
  );
  expect(spooled.status).toBe(202);
  expect(await relay.stop()).toMatchObject({ code: 0 });
  // A process that runs moves the files of its spool.
  for (const [file, text] of await everyFile(join(folder, 'data'))) texts.set(file, text);
  expect([...texts.keys()].filter((key) => key.includes('/spool/')).length).toBeGreaterThan(0);
  texts.set('the log', `${relay.stdout}${relay.stderr}`);
  expect(texts.get('the log')).toContain('event spooled');
  expect(found(texts)).toEqual([]);
});

test('the search finds a secret as it is, in base64 and in hex', () => {
  const base64 = Buffer.from(`ops:${IN_FILE}`).toString('base64');
  const hex = Buffer.from(IN_QUERY).toString('hex');
  const texts = new Map([
    ['a', `1${GUESS}2`],
    ['b', base64],
    ['c', hex],
    ['d', 'nothing'],
  ]);
  expect(found(texts)).toEqual([`${GUESS} is in a`, `${IN_FILE} is in b`, `${IN_QUERY} is in c`]);
});

/** Where which secret is, as it is or in base64. */
function found(texts: ReadonlyMap<string, string>): string[] {
  const forms = ALL.flatMap((secret) => {
    // Behind `user:` it begins at any of three offsets.
    const base64 = ['', 'x', 'xx'].map((before) => base64Of(before, secret));
    const hex = Buffer.from(secret).toString('hex');
    return [secret, ...base64, hex].map((form) => [secret, form] as const);
  });
  return Array.from(texts).flatMap(([where, text]) =>
    forms.filter(([, form]) => text.includes(form)).map(([secret]) => `${secret} is in ${where}`),
  );
}

/** What is the same whatever stands around it. */
const base64Of = (before: string, secret: string): string =>
  Buffer.from(before + secret)
    .toString('base64')
    .replace(/=+$/, '')
    .slice(before.length === 0 ? 0 : before.length + 1, -1);

async function start(folder: string, redisUrl: string, database: string | undefined) {
  const prefix = testPrefix();
  const secretFile = join(folder, 'secret');
  await writeFile(secretFile, IN_FILE, { mode: 0o600 });
  const ok = await startReceiver();
  // Repeats what it was sent, in an answer that fails.
  const parrot = await startReceiver(({ url, headers, body }) => ({
    status: 410,
    body: JSON.stringify({ url, headers, body }),
  }));
  const tokens = await startReceiver({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ access_token: ISSUED, token_type: 'bearer', expires_in: 3_600 }),
  });
  const own = new URL(redisUrl);
  own.password = SECRETS.REDIS;
  const withSecrets = parrot.url.replace('://', `://user:${IN_USERINFO}@`);
  const file = await writeConfig(folder, {
    redis: { url: 'env:OWN_REDIS', prefix },
    ...(database !== undefined && { archive: { url: 'env:DATABASE' } }),
    ingest: { listen: '127.0.0.1:0', auth: { bearer: 'env:INGEST_TOKEN' } },
    sources: [
      { name: 'bearer', kind: 'distribution', auth: { bearer: 'env:SOURCE_BEARER' } },
      { name: 'basic', kind: 'distribution', auth: { basic: { reg: 'env:SOURCE_PASSWORD' } } },
      { name: 'header', kind: 'distribution', auth: { header: { 'X-Key': 'env:SOURCE_HEADER' } } },
      { name: 'token', kind: 'distribution', auth: { token: 'env:SOURCE_TOKEN' } },
      { name: 'hmac', kind: 'github', auth: { hmac: 'env:SOURCE_HMAC' } },
      { name: 'nexus', kind: 'nexus', auth: { bearer: `file:${secretFile}` } },
    ],
    notifications: { endpoints: endpointsOf(ok.url, parrot.url, tokens.url, secretFile) },
    alerts: [{ name: 'chat', url: `${parrot.url}/alert`, headers: { 'X-Alert': ['env:ALERT'] } }],
    dashboard,
  });
  const env = {
    ...SECRETS,
    OWN_REDIS: own.href,
    ...(database !== undefined && { DATABASE: withPassword(database) }),
    PARROT_URL: `${withSecrets}/hook?key=${IN_QUERY}`,
    PROXY_URL: `http://proxy:${IN_PROXY}@127.0.0.1:9`,
  };
  const relay = await startRelayProcess(file, { env });
  onTestFinished(() => relay.kill('SIGKILL'));
  return { relay, prefix, parrot };
}

const dashboard = {
  listen: '127.0.0.1:0',
  auth: {
    basic: { ops: 'env:DASHBOARD' },
    tokens: { ci: { secret: 'env:DASHBOARD_TOKEN', role: 'admin' } },
    oidc: {
      ...{ issuer: 'http://127.0.0.1:9', clientid: 'c', clientsecret: 'env:OIDC_SECRET' },
      ...{ redirecturl: 'http://localhost/signed-in', sessionsecret: ['env:SESSION_SECRET'] },
    },
  },
  roles: { viewer: ['*'] },
};

/** An endpoint for each way to send a secret. */
const endpointsOf = (ok: string, parrot: string, tokens: string, secretFile: string): object[] => [
  {
    name: 'ok',
    url: ok,
    headers: { 'X-Secret': ['env:HEADER'] },
    sign: { scheme: 'standard', secret: 'env:SIGN' },
  },
  {
    name: 'parrot',
    url: 'env:PARROT_URL',
    headers: { 'X-Secret': ['env:HEADER'], 'X-File': [`file:${secretFile}`] },
    sign: { scheme: 'github', secret: 'env:SIGN' },
  },
  { name: 'bearer', url: parrot, auth: { bearer: 'env:BEARER' } },
  { name: 'basic', url: parrot, auth: { basic: { u: 'env:BASIC' } } },
  {
    name: 'oauth2',
    url: parrot,
    auth: {
      oauth2: { tokenurl: `${tokens}/token`, clientid: 'c', clientsecret: 'env:OAUTH_SECRET' },
    },
  },
  { name: 'proxied', url: 'http://receiver.invalid/', proxy: 'env:PROXY_URL' },
];

const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

async function post(relay: RelayProcess, path: string, headers: Record<string, string>, body: unknown) {
  const type: Record<string, string> = path.includes('nexus')
    ? { 'x-nexus-webhook-id': 'rm:repository:asset', authorization: `Bearer ${IN_FILE}` }
    : { 'content-type': 'application/vnd.docker.distribution.events.v2+json' };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(relay.ingest + path, {
    method: 'POST',
    headers: { ...type, ...headers },
    body: text,
  });
  return { status: response.status, text: await response.text() };
}

const nexusBody = () => ({
  timestamp: '2026-03-14T09:28:27.461+00:00',
  ...{ nodeId: '5D9EDA16', initiator: 'ci/10.42.7.19', repositoryName: 'docker-hosted', action: 'CREATED' },
  asset: { id: 'a', assetId: 'a', format: 'docker', name: '/v2/team/api/manifests/1' },
});

/** Taken, quarantined and refused, by each way to send a secret; and what an operator does. */
async function traffic(relay: RelayProcess): Promise<void> {
  const event = () => envelope(anEvent());
  const bearer = { authorization: `Bearer ${SECRETS.SOURCE_BEARER}` };
  const good: [path: string, headers: Record<string, string>][] = [
    ['/sources/bearer', bearer],
    ['/sources/basic', { authorization: basic('reg', SECRETS.SOURCE_PASSWORD) }],
    ['/sources/header', { 'x-key': SECRETS.SOURCE_HEADER }],
    [`/sources/token/${SECRETS.SOURCE_TOKEN}`, {}],
    [`/sources/token?token=${SECRETS.SOURCE_TOKEN}`, {}],
  ];
  for (const [path, headers] of good) {
    expect((await post(relay, path, headers, event())).status).toBe(202);
    expect((await post(relay, path, headers, `no JSON of ${path.split(/[/?]/)[2]}`)).status).toBe(202);
  }
  const wrong: [path: string, headers: Record<string, string>][] = [
    ['/sources/bearer', { authorization: `Bearer ${GUESS}` }],
    ['/sources/basic', { authorization: basic('reg', GUESS) }],
    ['/sources/header', { 'x-key': GUESS }],
    [`/sources/token/${GUESS}`, {}],
    [`/sources/${GUESS}`, {}],
    ['/sources/hmac', { 'x-hub-signature-256': `sha256=${GUESS}` }],
  ];
  for (const [path, headers] of wrong) {
    expect((await post(relay, path, headers, event())).status).toBeGreaterThanOrEqual(400);
  }
  for (const authorization of [basic('ops', GUESS), `Bearer ${GUESS}`]) {
    expect((await fetch(relay.dashboard, { headers: { authorization } })).status).toBe(401);
  }
  const paused = await fetch(`${relay.dashboard}/api/v1/endpoints/ok/pause`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SECRETS.DASHBOARD_TOKEN}`, 'content-type': 'application/json' },
    body: '{}',
  });
  expect(paused.status).toBe(200);
}

/** Pages, API and metrics: bodies are compressed in Redis, and shown here as they are. */
async function answers(relay: RelayProcess): Promise<[string, string][]> {
  const headers = { authorization: basic('ops', SECRETS.DASHBOARD) };
  const get = async (url: string): Promise<[string, string]> => {
    const response = await fetch(url, { headers });
    return [`GET ${new URL(url).pathname}`, await response.text()];
  };
  const lists = await Promise.all(
    ['/api/v1/dead', '/api/v1/quarantine'].map((path) => get(relay.dashboard + path)),
  );
  const ids = lists.flatMap(([path, text]) =>
    (JSON.parse(text) as { items: { id: string }[] }).items.map(
      ({ id }) => `${path.slice('GET '.length)}/${id}`,
    ),
  );
  const pages = [
    '/',
    '/dead',
    '/quarantine',
    '/endpoints/parrot',
    '/endpoints/proxied',
    '/queues/api/queues',
    ...ids,
  ];
  const admin = ['/metrics', '/debug/vars', '/readyz'];
  return Promise.all([
    ...lists.map(async (list) => list),
    ...pages.map((path) => get(relay.dashboard + path)),
    ...admin.map((path) => get(relay.admin + path)),
  ]);
}

async function connected(url: string): Promise<RedisClient> {
  const own = new URL(url);
  own.password = SECRETS.REDIS;
  const client = connect({ url: own.href }, 'producer', () => {});
  await eventually(() => client.status === 'ready');
  return client;
}

async function everyKey(client: RedisClient, prefix: string): Promise<[string, string][]> {
  const keys = await client.keys('*');
  return Promise.all(
    keys.map(async (key): Promise<[string, string]> => {
      const type = await client.type(key);
      const read: Record<string, () => Promise<unknown>> = {
        string: () => client.get(key),
        hash: () => client.hgetall(key),
        list: () => client.lrange(key, 0, -1),
        set: () => client.smembers(key),
        stream: () => client.xrange(key, '-', '+'),
        zset: () => client.zrange(key, '0', '-1'),
      };
      return [`${prefix} ${key}`, `${key} ${JSON.stringify(await read[type]?.())}`];
    }),
  );
}

/** The server asks for no password; one in the url is a secret all the same. */
function withPassword(database: string): string {
  const url = new URL(database);
  url.searchParams.set('password', IN_DATABASE);
  return url.href;
}

/** Every row of the archive, as text. */
async function everyTable(database: string): Promise<[string, string][]> {
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  const texts: [string, string][] = [];
  const { rows } = await client.query<{ tablename: string }>(
    "select tablename from pg_tables where schemaname = 'longshore'",
  );
  for (const { tablename } of rows) {
    const all = await client.query<{ row: string }>(`select t::text as row from longshore."${tablename}" t`);
    texts.push([`table ${tablename}`, all.rows.map(({ row }) => row).join('\n')]);
  }
  await client.end();
  return texts;
}

/** Every file of a folder; each is readable for its owner alone, and so is each folder. */
async function everyFile(folder: string): Promise<[string, string][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  expect((await stat(folder)).mode & 0o077).toBe(0);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.map(async (file): Promise<[string, string]> => [file, await readFile(file, 'latin1')]),
  );
}

/** Of the relay and its descendants. */
async function processArguments(relay: RelayProcess): Promise<[string, string][]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const parents = new Map<string, string>();
  for (const pid of pids) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    parents.set(pid, /^PPid:\s+(\d+)/m.exec(status)?.[1] ?? '');
  }
  const isOurs = (pid: string | undefined): boolean =>
    pid !== undefined && pid !== '' && (pid === String(relay.pid) || isOurs(parents.get(pid)));
  const ours = pids.filter(isOurs);
  expect(ours.length).toBeGreaterThan(0);
  return Promise.all(
    ours.map(
      async (pid): Promise<[string, string]> => [
        `the arguments of process ${pid}`,
        await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
      ],
    ),
  );
}
