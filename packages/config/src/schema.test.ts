import { expect, test } from 'vitest';
import { configFrom } from './read.js';

const read = (text: string) => configFrom(Buffer.from(text), {});
const said = (text: string) =>
  read(text).problems.map(({ level, path, message }) => `${level} ${path}: ${message}`);
const ONE = 'notifications: { endpoints: [{ name: one, url: http://one/ }] }\n';

test('defaults are those of the registry and of the contract', () => {
  const { config, problems, flavor } = read(ONE);
  expect([problems, flavor]).toEqual([[], 'longshore']);
  expect(config).toMatchObject({
    notifications: { events: { includereferences: false } },
    sources: [],
    ingest: { listen: { host: '127.0.0.1', port: 5080 }, maxbody: 33_554_432, auth: {} },
    dashboard: { listen: { host: '127.0.0.1', port: 5081 }, queues: 'readonly', auth: {} },
    admin: { listen: { host: '127.0.0.1', port: 5082 } },
    worker: { grace: 25_000 },
    redis: {
      cluster: [],
      sentinels: [],
      wait: { replicas: 0, timeout: 100 },
      prefix: 'longshore',
      maxmemory: 1_073_741_824,
    },
    datadir: './data',
    retention: {
      delivered: { age: 86_400_000, count: 10_000 },
      dead: { age: 2_592_000_000, count: 100_000 },
      trail: { age: 86_400_000, count: 250_000, bytes: 67_108_864 },
    },
    log: { level: 'info', pretty: 'auto' },
  });
  expect(config?.redis.url).toBeUndefined();
  expect(config?.notifications.endpoints).toMatchObject([
    {
      name: 'one',
      kind: 'http',
      headers: {},
      disabled: false,
      paused: false,
      timeout: 1_000,
      threshold: 10,
      backoff: 1_000,
      maxbackoff: 3_600_000,
      schedule: [],
      concurrency: 8,
      accept: ['event'],
      collapse: 0,
      annotate: false,
      ignore: { mediatypes: [], actions: [], repositories: [], tags: [] },
    },
  ]);
});

test.each([
  ['redis: { prefix: "a{b}" }', 'redis.prefix', /braces/],
  ['redis: { url: localhost:6379 }', 'redis.url', /redis:\/\/host/],
  ['redis: { url: "redis://h:6379", cluster: [h:6379] }', 'redis.cluster', /together with redis\.url/],
  ['redis: { cluster: [h:6379, "http://h"] }', 'redis.cluster[1]', /not a Redis url/],
  ['redis: { sentinels: [h:26379] }', 'redis.master', /sentinel monitor NAME/],
  ['redis: { master: m }', 'redis.master', /with redis\.sentinels only/],
  ['redis: { password: p }', 'redis.password', /with redis\.sentinels only/],
  ['redis: { url: "redis://h", sentinels: [h], master: m }', 'redis.sentinels', /together with redis\.url/],
  ['redis: { cluster: [h], sentinels: [h], master: m }', 'redis.sentinels', /together with redis\.cluster/],
  ['redis: { sentinels: ["http://h"], master: m }', 'redis.sentinels[0]', /not a Redis url/],
  ['redis: { wait: { replicas: 1, timeout: 3s } }', 'redis.wait.timeout', /maximum, 2s/],
  ['redis: { maxmemory: 1MiB }', 'redis.maxmemory', /at least 16MiB/],
  ['sources: [{ name: a/b, kind: distribution }]', 'sources[0].name', /part of a path/],
  ['sources: [{ name: a }]', 'sources[0].kind', /has no value/],
  ['sources: [{ name: a, kind: distributon }]', 'sources[0].kind', /Did you mean distribution\?/],
  ['sources: [{ name: a, kind: Forgejo }]', 'sources[0].kind', /Did you mean gitea\?/],
  ['sources: [{ name: a, kind: ghcr }]', 'sources[0].kind', /Did you mean github\?/],
  [
    'sources: [{ name: a, kind: distribution }, { name: a, kind: distribution }]',
    'sources[1].name',
    /must differ/,
  ],
  ['ingest: { listen: 5080 }', 'ingest.listen', /127\.0\.0\.1:5080/],
  ['ingest: { maxbody: 1GiB }', 'ingest.maxbody', /at most 256MiB/],
  ['worker: { grace: -1s }', 'worker.grace', /at least 0s/],
  ['worker: { grace: 10000h }', 'worker.grace', /longer than the maximum, 576h/],
  ['retention: { dead: { count: 0 } }', 'retention.dead.count', /at least 1/],
  ['retention: { dead: { age: 0s } }', 'retention.dead.age', /at least 1s/],
  ['dashboard: { queues: all }', 'dashboard.queues', /readonly or full/],
  ['log: { level: warning }', 'log.level', /"warning".*Did you mean warn\?/],
  ['version: 0.2', 'version', /0\.1/],
  ['datadir: ""', 'datadir', /is empty/],
  ['worker: 5', 'worker', /map of settings/],
])('%s is refused', (text, path, message) => {
  const { config, problems } = read(`${text}\n${ONE}`);
  expect(config).toBeUndefined();
  expect(problems).toEqual([
    { level: 'error', path, message: expect.stringMatching(message), line: 1, column: expect.any(Number) },
  ]);
});

test.each(['concurrency: 0', 'concurrency: 1001', 'accept: []', 'schedule: [0s]', 'kind: archive'])(
  '%s is refused',
  (text) => {
    const errors = said(`notifications: { endpoints: [{ name: one, url: http://one/, ${text} }] }`);
    expect(errors).toEqual([expect.stringMatching(new RegExp(`^error .*${text.replace(/:.*/, '')}`))]);
  },
);

test.each([
  'bearer:',
  'bearer: ""',
  'bearer: []',
  'bearer: [a, ~]',
  'basic:',
  'basic: {}',
  'basic: { u: }',
  'header: { X: [] }',
])('auth { %s } would let everybody in and is refused', (way) => {
  expect(said(`ingest: { auth: { ${way} } }\n${ONE}`)).toEqual([
    expect.stringMatching(/^error ingest\.auth\..*is empty/),
  ]);
});

test('a credential is one value or a list of them', () => {
  const { config, problems } = read(
    `ingest: { auth: { bearer: a, basic: { u: [b, c] }, header: { X-Key: 1 } } }\n${ONE}`,
  );
  expect(problems).toEqual([]);
  const { bearer, basic, header } = config?.ingest.auth ?? {};
  expect([bearer, basic?.u, header?.['X-Key']].map((list) => list?.map((one) => one.reveal()))).toEqual([
    ['a'],
    ['b', 'c'],
    ['1'],
  ]);
});
