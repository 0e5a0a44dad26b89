/** Endpoints of kind preheat: what is read, what is refused, and what we ship. */
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { describe as describeConfig } from './describe.js';
import { configFrom, readConfig } from './read.js';
import { httpEndpoints, preheatEndpoints } from './samples/endpoints.js';

const SAMPLES = new URL('../../../infra/preheat/', import.meta.url);
const TARGET = '{ name: m, kind: pull-through, url: http://m }';
const HOSTS = 'registry: { hosts: ["*.example.com"] }';

const withEndpoint = (settings: string) =>
  configFrom(Buffer.from(`notifications: { endpoints: [{ name: warm, ${settings} }] }`), {});
const said = (settings: string) =>
  withEndpoint(settings).problems.map(({ level, path, message }) => `${level} ${path}: ${message}`);

test('the defaults are those of the contract', () => {
  const { config, problems } = withEndpoint(`kind: preheat, preheat: { ${HOSTS}, targets: [${TARGET}] }`);
  expect(problems).toEqual([]);
  const [endpoint] = preheatEndpoints(config);
  expect(endpoint).toMatchObject({
    timeout: 30_000,
    only: { actions: ['push'], repositories: [], tags: [] },
    preheat: {
      platforms: [],
      delay: 0,
      window: 3_600_000,
      dryrun: false,
      keep: 50,
      limits: { depth: 4, manifests: 500, blobs: 5_000, manifestsize: 4_194_304 },
      targets: [{ name: 'm', concurrency: 4, timeout: 600_000 }],
    },
  });
  expect(endpoint?.preheat?.registry.url).toBeUndefined();
});

test('an http endpoint keeps its own timeout and has no such rules', () => {
  const [endpoint] = httpEndpoints(withEndpoint('url: http://one').config);
  expect(endpoint).toMatchObject({ timeout: 1_000 });
  expect(endpoint).not.toHaveProperty('only');
});

test('the block of the contract is read as it is', () => {
  const { config, problems } = withEndpoint(`kind: preheat, preheat: {
    registry: { url: https://registry.example.com, auth: { basic: { puller: s3cret } }, tls: { minversion: 1.3 } },
    platforms: [linux/amd64, linux/arm64],
    targets: [
      { name: mirror, kind: pull-through, url: http://mirror:5000, method: get, concurrency: 4, timeout: 10m },
      { name: kraken, kind: kraken, origin: http://kraken-origin:15002 },
      { name: dragonfly, kind: dragonfly, url: http://manager:8080, token: s3cret, scope: all_seed_peers },
      { name: nodes, kind: kruise, url: https://kubernetes.default.svc, token: s3cret, namespace: preheat },
      { name: other, kind: webhook, url: http://other/walked },
    ] }`);
  expect(problems).toEqual([]);
  expect(preheatEndpoints(config)[0]?.preheat?.targets).toHaveLength(5);
  const { text, data } = config ? describeConfig(config) : { text: '', data: '' };
  expect(text).toContain('warms images from https://registry.example.com');
  expect(text).toContain('at kraken (kraken) http://kraken-origin:15002');
  expect(text + JSON.stringify(data)).not.toContain('s3cret');
});

test.each([
  ['kind: preheat', 'preheat', /is missing/],
  [`kind: preheat, preheat: { ${HOSTS} }`, 'preheat.targets', /at least one target/],
  [
    `kind: preheat, url: http://x, preheat: { ${HOSTS}, targets: [${TARGET}] }`,
    'url',
    /not a setting of kind preheat, but of http/,
  ],
  [
    `url: http://x, preheat: { ${HOSTS}, targets: [${TARGET}] }`,
    'preheat',
    /not a setting of kind http, but of preheat.*write kind: preheat$/,
  ],
  [
    `kind: preheat, preheat: { ${HOSTS}, targets: [${TARGET}, ${TARGET}] }`,
    'preheat.targets[1].name',
    /names must differ/,
  ],
  [
    `kind: preheat, preheat: { ${HOSTS}, targets: [{ name: a/b, kind: webhook, url: http://x }] }`,
    'preheat.targets[0].name',
    /letters/,
  ],
  [
    `kind: preheat, preheat: { ${HOSTS}, targets: [{ name: k, kind: kraken }] }`,
    'preheat.targets[0]',
    /origin, tracker or proxy/,
  ],
  [
    `kind: preheat, preheat: { ${HOSTS}, targets: [{ name: d, kind: dragonfly }] }`,
    'preheat.targets[0].url',
    /is missing/,
  ],
  [
    `kind: preheat, preheat: { ${HOSTS}, targets: [{ name: n, kind: kruise, url: http://x }] }`,
    'preheat.targets[0].namespace',
    /is missing/,
  ],
  [
    `kind: preheat, preheat: { ${HOSTS}, targets: [{ name: n, kind: kruise, url: http://x, namespace: p, selector: { names: [a], matchlabels: { b: c } } }] }`,
    'preheat.targets[0].selector',
    /one of them/,
  ],
  [
    `kind: preheat, preheat: { ${HOSTS}, targets: [{ name: n, kind: kruise, url: http://x, namespace: p, selector: { names: [a] }, podselector: { matchlabels: { b: c } } }] }`,
    'preheat.targets[0].podselector',
    /one of them/,
  ],
  [
    `kind: preheat, preheat: { ${HOSTS}, targets: [{ name: m, kind: mirror, url: http://x }] }`,
    'preheat.targets[0].kind',
    /must be pull-through/,
  ],
  [
    `kind: preheat, preheat: { ${HOSTS}, targets: [{ name: m, kind: webhook, url: http://x, method: head }] }`,
    'preheat.targets[0].method',
    /not a setting of kind webhook/,
  ],
  [
    `kind: preheat, preheat: { ${HOSTS}, targets: [{ name: m, kind: webhook, url: ftp://x }] }`,
    'preheat.targets[0].url',
    /is not a url/,
  ],
  [
    `kind: preheat, preheat: { ${HOSTS}, targets: [{ name: m, kind: webhook, url: "http://u:p@x" }] }`,
    'preheat.targets[0].url',
    /auth\.basic/,
  ],
  [
    `kind: preheat, preheat: { registry: { hosts: [r], auth: { bearer: x } }, targets: [${TARGET}] }`,
    'preheat.registry.auth',
    /requires registry\.url/,
  ],
  [
    `kind: preheat, preheat: { registry: { url: http://r, auth: { basic: { a: b, c: d } } }, targets: [${TARGET}] }`,
    'preheat.registry.auth.basic',
    /2 users/,
  ],
  [
    `kind: preheat, preheat: { registry: { url: http://r, auth: { bearer: a, identity: b } }, targets: [${TARGET}] }`,
    'preheat.registry.auth',
    /more than one/,
  ],
  [
    `kind: preheat, preheat: { targets: [${TARGET}] }`,
    'preheat.registry',
    /neither url nor hosts.*hosts: \["\*"\]/,
  ],
  [
    'kind: preheat, preheat: { targets: [{ name: n, kind: kruise, url: http://x, namespace: p }] }',
    'preheat.registry',
    /neither url nor hosts/,
  ],
  [
    'kind: preheat, preheat: { targets: [{ name: d, kind: dragonfly, url: http://x }] }',
    'preheat.registry',
    /neither url nor hosts/,
  ],
  [
    `kind: preheat, preheat: { ${HOSTS}, targets: [{ name: d, kind: dragonfly, url: http://x, registry: "https://u:p@r" }] }`,
    'preheat.targets[0].registry',
    /contains a user/,
  ],
  [
    `kind: preheat, preheat: { ${HOSTS}, targets: [{ name: d, kind: kruise, url: http://x, namespace: p, registry: "u:p@r" }] }`,
    'preheat.targets[0].registry',
    /pullsecrets/,
  ],
  [
    `kind: preheat, preheat: { ${HOSTS}, targets: [{ name: d, kind: webhook, url: http://x, realms: [a] }] }`,
    'preheat.targets[0].realms',
    /not a setting of kind webhook/,
  ],
])('{ %s } is refused', (settings, path, message) => {
  const { config, problems } = withEndpoint(settings);
  expect(config, said(settings).join()).toBeUndefined();
  expect(problems).toMatchObject([
    { level: 'error', path: `notifications.endpoints[0].${path}`, message: expect.stringMatching(message) },
  ]);
});

test('a cache may have its token server and its storage elsewhere', () => {
  const target = '{ name: m, kind: pull-through, url: http://m, realms: [auth.m], addresses: [10.0.0.0/8] }';
  const { config, problems } = withEndpoint(`kind: preheat, preheat: { ${HOSTS}, targets: [${target}] }`);
  expect(problems).toEqual([]);
  expect(preheatEndpoints(config)[0]?.preheat?.targets[0]).toMatchObject({
    realms: ['auth.m'],
    addresses: ['10.0.0.0/8'],
  });
});

describe('receivers beside a preheat endpoint that would get the pulls of caches', () => {
  const warnings = (others: string) => {
    const warm = `{ name: warm, kind: preheat, preheat: { ${HOSTS}, targets: [${TARGET}] } }`;
    const text = `notifications: { endpoints: [${others}, ${warm}] }`;
    return configFrom(Buffer.from(text), {}).problems;
  };

  test('are named once, with what to write', () => {
    const receivers = ['a', 'b', 'c', 'd', 'e'].map((name) => `{ name: ${name}, url: http://x }`);
    expect(warnings(receivers.join())).toMatchObject([
      {
        level: 'warning',
        path: 'notifications.endpoints[5]',
        message: expect.stringMatching(/"a", "b", "c" and 2 more .* Add pull to ignore\.actions/),
      },
    ]);
  });

  test.each([
    '{ name: a, url: http://x, ignore: { actions: [pull] } }',
    '{ name: a, url: http://x, accept: [other] }',
    '{ name: a, url: http://x, disabled: true }',
  ])('%s is none', (receiver) => {
    expect(warnings(receiver)).toEqual([]);
  });
});

describe('infra/preheat', () => {
  const samples = readdirSync(SAMPLES).filter((name) => name.endsWith('.yml'));

  test('there is one for each of Kraken, Dragonfly, Distribution and zot', () => {
    expect(samples.sort()).toEqual(['distribution-mirror.yml', 'dragonfly.yml', 'kraken.yml', 'zot.yml']);
  });

  test.each(samples)('%s is usable as it is', (name) => {
    const file = new URL(name, SAMPLES).pathname;
    const env = {
      HARBOR_PASSWORD: 'a',
      PULL_PASSWORD: 'b',
      DRAGONFLY_TOKEN: 'c',
      ZOT_PASSWORD: 'd',
      INGEST_PASSWORD: 'e',
    };
    const { config, problems } = readConfig(file, env);
    expect(problems).toEqual([]);
    expect(preheatEndpoints(config)[0]?.preheat?.targets.length).toBeGreaterThan(0);
  });
});
