import type { Env } from '@longshore/settings/environment';
import { expect, test } from 'vitest';
import { configFrom } from './read.js';
import { httpEndpoints } from './samples/endpoints.js';

const FILE = `notifications:
  endpoints:
    - { name: one, url: http://one/, headers: { X-Api-Key: [old] } }
`;

const read = (env: Env, file = FILE) => configFrom(Buffer.from(file), env);
const said = (env: Env, file = FILE) =>
  read(env, file).problems.map(({ level, path, message }) => `${level} ${path}: ${message}`);

test('a variable overrides the file and the default', () => {
  const { config, problems } = read({
    LONGSHORE_REDIS_URL: 'redis://redis:6379',
    LONGSHORE_INGEST_LISTEN: ':5080',
    LONGSHORE_INGEST_MAXBODY: '64MiB',
    LONGSHORE_RETENTION_DELIVERED_AGE: '48h',
    LONGSHORE_RETENTION_DELIVERED_COUNT: ' 5\n',
    LONGSHORE_LOG_PRETTY: 'yes',
    LONGSHORE_LOG_LEVEL: '"debug"',
    LONGSHORE_NOTIFICATIONS_EVENTS_INCLUDEREFERENCES: 'true',
    LONGSHORE_NOTIFICATIONS_ENDPOINTS_0_URL: 'http://two/',
    LONGSHORE_NOTIFICATIONS_ENDPOINTS_0_IGNORE_ACTIONS: 'pull, mount',
    LONGSHORE_NOTIFICATIONS_ENDPOINTS_0_SCHEDULE: '[5s, 1m]',
  });
  expect(problems).toEqual([]);
  expect(config).toMatchObject({
    ingest: { listen: { host: '', port: 5080 }, maxbody: 67_108_864 },
    retention: { delivered: { age: 172_800_000, count: 5 } },
    log: { pretty: true, level: 'debug' },
    notifications: {
      events: { includereferences: true },
      endpoints: [{ name: 'one', schedule: [5_000, 60_000], ignore: { actions: ['pull', 'mount'] } }],
    },
  });
  expect(config?.redis.url?.reveal()).toBe('redis://redis:6379');
  expect(httpEndpoints(config)[0]?.url.reveal()).toBe('http://two/');
});

test.each([
  ['auto', 'auto'],
  ['true', true],
  ['no', false],
])('LONGSHORE_LOG_PRETTY=%s is %s', (text, pretty) => {
  const { config, problems } = read({ LONGSHORE_LOG_PRETTY: text });
  expect([config?.log.pretty, problems]).toEqual([pretty, []]);
});

test('LONGSHORE_LOG_PRETTY=maybe is refused', () => {
  expect(said({ LONGSHORE_LOG_PRETTY: 'maybe' })).toEqual([
    'error log.pretty: must be auto, true or false, without quotes (set by LONGSHORE_LOG_PRETTY)',
  ]);
});

test('nodes of a cluster are separated by commas', () => {
  const { config } = read({ LONGSHORE_REDIS_CLUSTER: 'a:1, redis://:pw@b:2' });
  expect(config?.redis.cluster.map((node) => node.reveal())).toEqual(['a:1', 'redis://:pw@b:2']);
});

test('a registry file is overridden too', () => {
  const { config, flavor } = read({ LONGSHORE_REDIS_PREFIX: 'mine' }, `storage: x\n${FILE}`);
  expect([flavor, config?.redis.prefix]).toEqual(['registry', 'mine']);
});

test('the index after the last one adds an endpoint, also the eleventh', () => {
  const env = Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => index + 1).flatMap((index) => [
      [`LONGSHORE_NOTIFICATIONS_ENDPOINTS_${index}_NAME`, `n${index}`],
      [`LONGSHORE_NOTIFICATIONS_ENDPOINTS_${index}_URL`, `http://n${index}/`],
    ]),
  );
  const { config } = read(env);
  expect(config?.notifications.endpoints.map(({ name }) => name)).toEqual([
    'one',
    ...Array.from({ length: 10 }, (_, index) => `n${index + 1}`),
  ]);
});

test('an index with a gap before it is an error', () => {
  expect(said({ LONGSHORE_NOTIFICATIONS_ENDPOINTS_2_URL: 'http://x/' })).toEqual([
    expect.stringMatching(
      /^error notifications\.endpoints\[2\]\.url: there are 1 before it.*LONGSHORE_NOTIF/,
    ),
  ]);
});

test('entries of a record are found whatever their case and separators', () => {
  const { config } = read({
    LONGSHORE_NOTIFICATIONS_ENDPOINTS_0_HEADERS_X_API_KEY: 'a, b',
    LONGSHORE_NOTIFICATIONS_ENDPOINTS_0_HEADERS_X_NEW: '[c, d]',
    LONGSHORE_DASHBOARD_AUTH_BASIC_OPS: 'pw',
  });
  const headers = httpEndpoints(config)[0]?.headers ?? {};
  // A comma is part of a header's value; brackets make a list.
  expect(Object.entries(headers).map(([name, list]) => [name, list.map((one) => one.reveal())])).toEqual([
    ['X-Api-Key', ['a, b']],
    ['x-new', ['c', 'd']],
  ]);
  expect(config?.dashboard.auth.basic?.ops?.reveal()).toBe('pw');
});

test('a whole list of endpoints can come from one variable', () => {
  const { config } = read({
    LONGSHORE_NOTIFICATIONS_ENDPOINTS: '[{name: e, url: "http://e/", timeout: 2s}]',
  });
  expect(config?.notifications.endpoints.map(({ name, timeout }) => [name, timeout])).toEqual([['e', 2_000]]);
});

test('an endpoint that shares its settings by an alias is overridden alone', () => {
  const file = `notifications:
  endpoints:
    - { name: a, url: http://a/, ignore: &rules { actions: [pull] } }
    - { name: b, url: http://b/, ignore: *rules }
`;
  const { config } = read({ LONGSHORE_NOTIFICATIONS_ENDPOINTS_1_IGNORE_ACTIONS: 'mount' }, file);
  expect(config?.notifications.endpoints.map(({ ignore }) => ignore.actions)).toEqual([['pull'], ['mount']]);
});

test('a problem with a value names its variable', () => {
  expect(said({ LONGSHORE_WORKER_GRACE: 'soon' })).toEqual([
    expect.stringMatching(/^error worker\.grace: is not a duration.*\(set by LONGSHORE_WORKER_GRACE\)$/),
  ]);
  expect(said({ LONGSHORE_NOTIFICATIONS_ENDPOINTS_0_TIMEOUT: '500' })).toEqual([
    expect.stringMatching(/^warning .*timeout: 500 has no unit.*\(set by LONGSHORE_/),
  ]);
  expect(said({ LONGSHORE_NOTIFICATIONS_ENDPOINTS: 'x' })).toEqual([
    expect.stringMatching(/^error .*not valid YAML/),
  ]);
});

test('an unknown variable is a warning that names the nearest', () => {
  expect(said({ LONGSHORE_REDIS_URI: 'x' })).toEqual([
    'warning : LONGSHORE_REDIS_URI is not a setting. Did you mean LONGSHORE_REDIS_URL?',
  ]);
  expect(said({ LONGSHORE_NOTIFICATIONS_ENDPOINTS_3_TIMEOUTS: 'x' })[0]).toContain(
    'LONGSHORE_NOTIFICATIONS_ENDPOINTS_3_TIMEOUT?',
  );
});

test('variables of the command, of images and of Kubernetes are none of these', () => {
  const others = [
    'LONGSHORE_CONFIG',
    'LONGSHORE_VERSION',
    'LONGSHORE_SERVICE_HOST',
    'LONGSHORE_SERVICE_PORT_HTTP',
    'LONGSHORE_PORT',
    'LONGSHORE_INGEST_PORT_5080_TCP_ADDR',
  ];
  expect(said(Object.fromEntries(others.map((name) => [name, 'x'])))).toEqual([]);
});

test('an empty variable is not applied, but an empty credential is refused', () => {
  const { config, problems } = read(
    { LONGSHORE_REDIS_URL: '' },
    `redis: { url: redis://file:6379 }\n${FILE}`,
  );
  expect(config?.redis.url?.reveal()).toBe('redis://file:6379');
  expect(problems.map(({ level }) => level)).toEqual(['warning']);
  expect(said({ LONGSHORE_INGEST_AUTH_BEARER: '' })).toEqual([
    expect.stringMatching(/^error ingest\.auth\.bearer.*is empty/),
  ]);
});
