/** Merge keys (`<<`), as the registry's parser (gopkg.in/yaml.v2 2.4) reads them; each case was run through it. */
import { expect, test } from 'vitest';
import { configFrom } from '../read.js';
import { httpEndpoints } from '../samples/endpoints.js';
import { parseYaml } from './parse.js';

/** The head of each kind of file: both hold anchors, and both are read alike. */
const HEADS = { longshore: 'x-bases:\n', registry: 'version: 0.1\nstorage: inmemory\nbases:\n' };

const BASES = `  - &one { timeout: 7s, threshold: 3, headers: { A: [m], B: [m] }, ignore: { actions: [pull] } }
  - &two { timeout: 9s, url: http://two/ }
  - &list [*one, *two]
`;

/** A file of that kind with one endpoint per line. */
const file = (kind: keyof typeof HEADS, ...endpoints: string[]): string =>
  `${HEADS[kind]}${BASES}notifications:\n  endpoints:\n${endpoints.map((one) => `    - ${one}\n`).join('')}`;

const read = (text: string, env = {}) => configFrom(Buffer.from(text), env);

const kinds = ['longshore', 'registry'] as const;

test.each(kinds)('a key after `<<` replaces the merged one in silence (%s file)', (kind) => {
  const { config, problems } = read(
    file(
      kind,
      '{ <<: *one, name: a, url: http://a/, timeout: 1s, headers: { A: [x] } }',
      '{ <<: [*one, *two], name: b }',
      '&prev { <<: { <<: *two, timeout: 4s }, name: c, ignore: { mediatypes: [t] } }',
      '{ <<: *prev, name: d, threshold: 2 }',
    ),
  );
  expect(problems.filter(({ message }) => /twice|<</.test(message))).toEqual([]);
  const endpoints = httpEndpoints(config).map(({ name, url, timeout, threshold, headers }) => {
    const sent = Object.fromEntries(Object.entries(headers).map(([key, [value]]) => [key, value?.reveal()]));
    return [name, url.reveal(), timeout, threshold, sent];
  });
  expect(endpoints).toEqual([
    ['a', 'http://a/', 1_000, 3, { A: 'x', B: 'm' }],
    ['b', 'http://two/', 7_000, 3, { A: 'm', B: 'm' }],
    ['c', 'http://two/', 4_000, 10, {}],
    ['d', 'http://two/', 4_000, 2, {}],
  ]);
});

test.each(kinds)('two equal keys stay what they are, in an anchor too (%s file)', (kind) => {
  const text = file(kind, '{ <<: *one, name: a, url: http://a/, timeout: 1s, timeout: 2s }');
  const twice = text
    .replace('{ timeout: 9s', '{ timeout: 8s, timeout: 9s')
    .replace('*one, name', '*two, name');
  for (const [written, line] of [
    [text, text.split('\n').findIndex((one) => one.includes('timeout: 2s')) + 1],
    [twice, twice.split('\n').findIndex((one) => one.includes('timeout: 8s')) + 1],
  ] as const) {
    const found = read(written).problems.filter(({ message }) => message.includes('is duplicated'));
    expect(found.map(({ level, path }) => [level, path])).toContainEqual([
      kind === 'longshore' ? 'error' : 'warning',
      'notifications.endpoints[0].timeout',
    ]);
    expect(found.map((problem) => problem.line)).toContain(line);
  }
});

test.each(kinds)('what `<<` replaces is a warning at the `<<` (%s file)', (kind) => {
  const before = file(kind, '{ name: a, url: http://a/, timeout: 1s, <<: *one }');
  const both = file(kind, '{ name: a, <<: *one, <<: *two }');
  const merged = (text: string) => {
    const { config, problems } = read(text);
    const found = problems.filter(({ message }) => message.includes('<<'));
    expect(found.map(({ level }) => level)).toEqual(['warning']);
    expect(found[0]?.line).toBe(text.split('\n').findIndex((one) => one.includes('name: a')) + 1);
    return { timeout: config?.notifications.endpoints[0]?.timeout, said: found[0]?.message };
  };
  expect(merged(before)).toEqual({ timeout: 7_000, said: expect.stringContaining('Put `<<` first') });
  expect(merged(both)).toEqual({ timeout: 9_000, said: expect.stringContaining('two `<<`') });
});

test.each(kinds)('a wrong value is reported where it is written, in the anchor (%s file)', (kind) => {
  const text = file(kind, '{ <<: *one, name: a, url: http://a/ }').replace('threshold: 3', 'threshold: many');
  const { problems } = read(text);
  const { line, column } = problems.find(({ level }) => level === 'error') ?? {};
  const at = text.split('\n').findIndex((one) => one.includes('many'));
  expect([line, column]).toEqual([at + 1, (text.split('\n')[at]?.indexOf('many') ?? 0) + 1]);
});

test.each([
  ['{ <<: 5, name: a }', /`<<` takes a map or a list of maps/],
  ['{ <<: , name: a }', /`<<` takes a map or a list of maps/],
  ['{ <<: [*one, 5], name: a }', /`<<` takes a map or a list of maps/],
  ['{ <<: *list, name: a }', /`<<` takes a map or a list of maps/],
  ['&self { <<: *self, name: a }', /contains an alias to itself/],
  ['{ <<: *nowhere, name: a }', /\*nowhere names no anchor/],
])('%s is refused once, with its place', (endpoint, message) => {
  for (const kind of kinds) {
    const text = file(kind, endpoint);
    const { problems } = read(text);
    expect(problems.map(({ level }) => level)).toEqual(['error']);
    expect(problems[0]?.message).toMatch(message);
    expect(problems[0]?.line).toBe(text.split('\n').length - 1);
  }
});

test('a quoted << is a key like any other', () => {
  const { problems } = read(file('longshore', '{ "<<": *one, name: a, url: http://a/ }'));
  expect(problems.map(({ level, message }) => [level, message])).toEqual([
    ['error', expect.stringContaining('unknown key "<<"')],
  ]);
});

test('merges of merges end in an error, soon', () => {
  // Each level merges two maps of the one before, which differ in one key: 2 ** 60 entries without a limit.
  const levels = Array.from({ length: 60 }, (_, n) => {
    const below = n === 0 ? '{ k: v }' : `{ <<: [ { m: *m${n - 1} }, { m: *n${n - 1} } ] }`;
    return `  - &m${n} { a: ${below}, b: ${below}, c: 1 }\n  - &n${n} { a: ${below}, b: ${below}, d: 1 }\n`;
  });
  const { tree, errors } = parseYaml(`x-bomb:\n${levels.join('')}`);
  expect(tree).toBeUndefined();
  expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining('copy more than')]);
});

test('aliases that multiply lists of lists end in an error, soon', () => {
  const values = `x-v: &v [${Array(500).fill('x').join(', ')}]\n`;
  const headers = `x-h: &h { ${Array.from({ length: 500 }, (_, n) => `H${n}: *v`).join(', ')} }\n`;
  const endpoints = Array.from(
    { length: 500 },
    (_, n) => `    - { name: e${n}, url: http://a/, headers: *h }\n`,
  );
  const { config, problems } = read(`${values}${headers}notifications:\n  endpoints:\n${endpoints.join('')}`);
  expect(config).toBeUndefined();
  expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining('aliases multiply')]);
});

test('a long file without aliases is no bomb', () => {
  const tags = Array.from({ length: 1_000 }, (_, n) => `t${n}`).join(', ');
  const endpoints = Array.from(
    { length: 60 },
    (_, n) => `    - { name: e${n}, url: http://a/, ignore: { tags: [${tags}] } }\n`,
  );
  expect(read(`notifications:\n  endpoints:\n${endpoints.join('')}`).config).toBeDefined();
});

test('a top-level x- key of Longshore’s own file is no setting; elsewhere it is unknown', () => {
  const own = 'x-team: { anything: [1, { timeout: nonsense }] }\nworker: { grace: 5s }\n';
  expect(read(own).problems.filter(({ level }) => level === 'error')).toEqual([]);
  const nested = read('worker: { grace: 5s, x-team: 1 }\n').problems;
  expect(nested.map(({ level, message }) => [level, message])).toContainEqual([
    'error',
    expect.stringContaining('unknown key "x-team"'),
  ]);
});
