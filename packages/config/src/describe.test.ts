import { maskedUrl } from '@longshore/settings/format';
import { Secret } from '@longshore/settings/secrets';
import { expect, test } from 'vitest';
import { describe } from './describe.js';
import { formatProblem } from './problem.js';
import { configFrom } from './read.js';

const read = (text: string) => configFrom(Buffer.from(text), {});

test('each endpoint is described as it is understood', () => {
  const { config } = read(`notifications:
  endpoints:
    - name: alistener
      url: https://user:sekret@my.listener.com/event?token=sekret
      headers: { Authorization: [Bearer sekret], X-Two: [a, b] }
      timeout: 500ms
      threshold: 5
      backoff: 2s
      ignoredmediatypes: [application/json, ""]
      ignore: { actions: [pull, delete], repositories: ["sandbox/**"], tags: ["*-dev"] }
    - { name: quiet, disabled: yes, url: http://quiet/, schedule: [5s, 5m] }
    - { name: later, paused: yes, url: env:HOOK, accept: [other], annotate: yes, backoff: 1h, collapse: 10s }
`);
  expect(config && describe(config).text).toBe(`alistener
  POST https://***@my.listener.com/event?***, 8 at once, 500ms for each attempt
  dead after 5 failed attempts; retries after 2s, doubling up to 16s
  gives up 30s after the first attempt (24s to 39s, with jitter and timeouts)
  held while its receiver is down, after 3 failures in a row, for up to 72h: probes after 1s, doubling up to 1m; then retries what the outage dead-lettered
  headers Authorization, X-Two (values not shown)
  ignores media types application/json, ""
  ignores actions pull, delete
  ignores repositories sandbox/**
  ignores tags *-dev

quiet (disabled: gets nothing)
  POST http://quiet/, 8 at once, 1s for each attempt
  dead after 10 failed attempts; retries after 5s, 5m, the last one repeating
  gives up 40m5s after the first attempt (32m4s to 48m16s, with jitter and timeouts)
  held while its receiver is down, after 3 failures in a row, for up to 72h: probes after 1s, doubling up to 1m; then retries what the outage dead-lettered

later (paused: events are queued)
  POST env:HOOK, 8 at once, 1s for each attempt
  dead after 10 failed attempts; retries every 1h
  gives up 9h after the first attempt (7h12m to 9h10s, with jitter and timeouts)
  held while its receiver is down, after 3 failures in a row, for up to 72h: probes after 1s, doubling up to 1m; then retries what the outage dead-lettered
  gets no push, pull, mount or delete events
  gets other events too, such as scans and renames
  collapses duplicate events within 10s
  each event has an object longshore with its source`);
});

test('with one attempt there are no retries to describe', () => {
  const { config } = read('notifications: { endpoints: [{ name: once, url: http://once/, threshold: 1 }] }');
  expect(config && describe(config).text).toMatch(/dead after 1 failed attempt$/m);
  expect(config && describe(config).text).toMatch(/gives up after the first attempt$/m);
  expect(config && describe(config).text).not.toMatch(/attempt.*retries/);
});

test('each receiver of alerts is described after them', () => {
  const { config } = read(`notifications: { endpoints: [{ name: one, url: http://one/ }] }
alerts:
  - { name: oncall, url: "https://hooks.slack.com/services/T0123/B0456/aB3dE6gH9jK2mN5pQ8sT1vW4", format: slack }
  - { name: mail, url: env:MAIL, endpoints: [one], age: 0s, quarantine: 0, memory: 0, after: 90s, window: 12h }
`);
  const [, ...receivers] = config ? describe(config).text.split('\n\n') : [];
  expect(receivers).toEqual([
    `alerts to oncall
  POST https://hooks.slack.com/services/T0123/B0456/*** as slack, once in 1h
  endpoints **: failing for 5m, a delivery older than 15m, 1 dead, 1 in quarantine, Redis at 70 %`,
    `alerts to mail
  POST env:MAIL as json, once in 12h
  endpoints one: failing for 1m30s, 1 dead`,
  ]);
});

test('the data is the configuration in the words of its file', () => {
  const { config } = read(
    'ingest: { listen: ":5080", auth: { bearer: env:TOKEN } }\nredis: { maxmemory: 2GiB }\n',
  );
  expect(config && describe(config).data).toMatchObject({
    ingest: { listen: ':5080', maxbody: '32MiB', auth: { bearer: ['env:TOKEN'] } },
    redis: { maxmemory: '2GiB', prefix: 'longshore' },
    retention: { delivered: { age: '24h', count: 10_000 } },
    worker: { grace: '25s' },
  });
});

/** A file with a secret in every place that can hold one, good or bad. */
const FULL = `notifications:
  endpoints:
    - { name: a, url: "http://sekret:sekret@a/x?k=sekret", headers: { Authorization: [Bearer sekret, "sekret\\n"], Host: [sekret] } }
    - { name: b, url: "sekret://sekret", headers: { Authorization: Bearer sekret, "X Y": [sekret], A: [[sekret]], B: { c: sekret } } }
    - { name: c, url: [sekret], timeout: !!int sekret }
    - { name: d, url: "sekret with space", headers: { A: ["x env:sekret", "\${sekret}"] } }
sources: [{ name: s, kind: distribution, auth: { bearer: [sekret], basic: { u: sekret }, header: { X: { y: sekret } } } }]
ingest: { auth: { bearer: sekret, basic: { u: [sekret] } } }
dashboard: { auth: { basic: { ops: [sekret] } } }
alerts: [{ name: a, url: sekret, headers: { "X Y": [sekret] } }, { name: b, url: "http://sekret@a/x" }]
redis: { url: "http://:sekret@r", cluster: ["redis://:sekret@r:6379", "sekret sekret"] }
`;

test('no secret is in a problem', () => {
  const { problems } = read(FULL);
  expect(problems.length).toBeGreaterThan(15);
  const env = {
    LONGSHORE_REDIS_URL: 'sekret',
    LONGSHORE_INGEST_AUTH: 'sekret',
    LONGSHORE_INGEST_AUTH_BEARER: '[sekret',
  };
  const all = [...problems, ...configFrom(Buffer.from(FULL), env).problems];
  expect(all.map((problem) => formatProblem('x.yml', problem)).join('\n')).not.toContain('sekret');
});

test('no secret is in what is printed of a configuration', () => {
  const { config } = read(`notifications:
  endpoints:
    - { name: a, url: "http://sekret:sekret@a/x?k=sekret#sekret", headers: { Authorization: [Bearer sekret] } }
sources: [{ name: s, kind: distribution, auth: { bearer: [sekret], basic: { u: sekret }, header: { X: sekret } } }]
ingest: { auth: { bearer: sekret, basic: { u: [sekret] } } }
dashboard: { auth: { basic: { ops: sekret } } }
alerts: [{ name: a, url: "http://sekret:sekret@alerts/?sekret", headers: { Authorization: [sekret] } }]
redis: { cluster: ["redis://:sekret@r:6379", "r-2:6379", env:NODE] }
`);
  if (config === undefined) throw new Error('not usable');
  const { text, data } = describe(config);
  expect(text + JSON.stringify(data) + JSON.stringify(config)).not.toContain('sekret');
  expect(data).toMatchObject({ redis: { cluster: ['redis://***@r:6379', 'r-2:6379', 'env:NODE'] } });
});

test.each([
  ['http://a/b', 'http://a/b'],
  ['http://u@a/', 'http://***@a/'],
  [
    'https://hooks.example.com/services/T0123/B0456/aB3dE6gH9jK2mN5pQ8sT1vW4',
    'https://hooks.example.com/services/T0123/B0456/***',
  ],
  ['http://a/deadbeefdeadbeefdeadbeef/events', 'http://a/***/events'],
  ['http://relay:5080/registry/notifications', 'http://relay:5080/registry/notifications'],
  ['env:HOOK', 'env:HOOK'],
  ['mailto:sekret', 'mailto:***'],
  ['sekret', '***'],
  ['', ''],
])('%s is shown as %s', (url, shown) => expect(maskedUrl(new Secret(url))).toBe(shown));
