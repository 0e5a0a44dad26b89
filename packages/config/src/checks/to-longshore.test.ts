/** A registry's own file that names Longshore as its receiver: right when it is checked, a loop when it is run. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describe } from '../describe.js';
import { configFrom } from '../read.js';
import { REGISTRY } from '../samples/trap.js';

const SECRET = 'headers: { Authorization: [Bearer env-or-text] }';

const file = (url: string, settings = `timeout: 5s, ${SECRET}`, head = REGISTRY): string =>
  `${head}notifications:\n  endpoints:\n    - { name: one, url: "${url}", ${settings} }\n`;

const checked = (text: string) => configFrom(Buffer.from(text), {}, 'check');
const said = (text: string) =>
  checked(text).problems.map(({ level, path, message }) => `${level} ${path.split('.').at(-1)}: ${message}`);

const RIGHT = [
  'http://longshore:5080/registry/notifications',
  'http://longshore:5080/registry/notifications/',
  'https://events.example.com/registry/notifications',
  'http://longshore:5080/sources/eu',
  'http://10.1.2.3:5080/sources/eu',
];

test.each(RIGHT)('%s is recognized, without a problem', (url) => {
  const { config, problems, toLongshore } = checked(file(url));
  expect([problems, toLongshore]).toEqual([[], ['one']]);
  const { text } = config ? describe(config, toLongshore) : { text: '' };
  expect(text).toContain(`sends to Longshore: POST ${url.replace(/\/$/, '')}`);
  expect(text).not.toMatch(/dead|gives up/);
});

test('the sample of this repository has no error', () => {
  const sample = readFileSync(new URL('../../../../infra/registry/config.yml', import.meta.url));
  const { config, problems, toLongshore } = configFrom(sample, {}, 'check');
  expect([problems.filter(({ level }) => level === 'error'), toLongshore]).toEqual([[], ['longshore']]);
  expect(config).toBeDefined();
});

const [url = ''] = RIGHT;

test.each([
  [
    'a timeout below what an answer may take',
    'timeout: 1s',
    /timeout: 1s is less than the 5s.*Write timeout: 5s/,
  ],
  ['no timeout, which is one second', 'threshold: 5', /timeout: 1s is less than the 5s/],
  ['a long pause', 'timeout: 5s, backoff: 10m', /backoff: after 10 failures.* 10m.*Write backoff: 1s/],
  ['many tries at once', 'timeout: 5s, threshold: 1000', /threshold: the registry tries 1000 times.*Write 5/],
  ['a bare duration', 'timeout: 5', /timeout: 5 has no unit, so it is 5 nanoseconds/],
])('%s is a warning', (_, settings, message) => {
  expect(said(file(url, `${settings}, ${SECRET}`))).toEqual([expect.stringMatching(message)]);
});

test('a Longshore elsewhere that gets no secret is a warning; a header, a user or a token is one', () => {
  expect(said(file(url, 'timeout: 5s'))).toEqual([
    expect.stringMatching(/^warning headers: no secret is sent/),
  ]);
  for (const open of ['http://u:p@longshore:5080/sources/a', 'http://longshore:5080/sources/a?token=x'])
    expect(said(file(open, 'timeout: 5s'))).toEqual([]);
});

test('loopback is the trap that it is everywhere, and no error', () => {
  expect(said(file('http://127.0.0.1:5080/registry/notifications'))).toEqual([
    expect.stringMatching(/^warning url: 127\.0\.0\.1 is the machine or container/),
  ]);
});

test('a path that ingest does not have is a warning', () => {
  expect(said(file('http://longshore:5080/', 'threshold: 12'))).toEqual([
    expect.stringMatching(/^warning url: .*its path is \/registry\/notifications/),
  ]);
  expect(said(file('http://receiver:5080/events', 'threshold: 12'))).toEqual([]);
});

test('in Longshore’s own file, and in a registry’s that Longshore is to run with, it stays an error', () => {
  const own = 'http://127.0.0.1:5080/registry/notifications';
  for (const [text, purpose] of [
    [file(own, 'threshold: 12', ''), 'check'],
    [file(own, 'threshold: 12', ''), 'run'],
    [file(own, 'threshold: 12'), 'run'],
  ] as const) {
    const { config, problems } = configFrom(Buffer.from(text), {}, purpose);
    expect(config).toBeUndefined();
    expect(problems.map(({ message }) => message).join()).toMatch(/own ingest: an infinite loop/);
  }
});
