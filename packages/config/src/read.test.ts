import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LongshoreError } from '@longshore/event';
import { afterAll, expect, test } from 'vitest';
import { configFrom, loadConfig, readConfig } from './read.js';

const folder = mkdtempSync(join(tmpdir(), 'longshore-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (text: string) => configFrom(Buffer.from(text), {});
const said = (text: string) =>
  read(text).problems.map(({ level, path, message }) => `${level} ${path}: ${message}`);
const ONE = 'notifications: { endpoints: [{ name: one, url: http://one/ }] }\n';

test('an empty file is all defaults', () => {
  for (const text of ['', '\n# nothing\n', '---\n', 'notifications:\nredis: ~\n', '{}']) {
    expect(read(text).config?.datadir).toBe('./data');
  }
});

test('both lists of ignored media types hold', () => {
  const rules =
    'ignoredmediatypes: [a, b], ignore: { mediatypes: [b, c], repositories: ["x/**"], tags: ["*-dev"] }';
  const { config } = read(`notifications: { endpoints: [{ name: one, url: http://one/, ${rules} }] }`);
  expect(config?.notifications.endpoints[0]?.ignore).toEqual({
    mediatypes: ['a', 'b', 'c'],
    actions: [],
    repositories: ['x/**'],
    tags: ['*-dev'],
    sources: [],
  });
});

test.each(['storage', 'http', 'middleware'])('a file with %s is a registry’s own', (key) => {
  const { config, flavor } = read(
    `${key}: {anything: [goes]}\nredis: {addr: elsewhere}\nlog: {level: odd}\n${ONE}`,
  );
  expect(flavor).toBe('registry');
  expect(config?.redis).toMatchObject({ cluster: [], prefix: 'longshore' });
  expect(config?.notifications.endpoints).toHaveLength(1);
});

test('unknown keys are errors in Longshore’s file and warnings in a registry’s, with the nearest known key', () => {
  const text =
    'notifications: { endpoints: [{ name: one, url: http://one/, timout: 1s, Name: x, maxretries: 3 }] }\n';
  const path = 'notifications.endpoints[0]';
  expect(said(text)).toEqual([
    `error ${path}.timout: unknown key "timout". Did you mean "timeout"?`,
    `error ${path}.Name: unknown key "Name". Did you mean "name"?`,
    expect.stringMatching(/^error .*\.maxretries: unknown key "maxretries"\. Known here: name, kind, url,/),
  ]);
  expect(said(`version: 0.1\nstorage: x\n${text}`)).toEqual([
    `warning ${path}.timout: unknown key "timout", ignored as in the registry. Did you mean "timeout"?`,
    `warning ${path}.Name: unknown key "Name", ignored as in the registry. Did you mean "name"?`,
    expect.stringMatching(/^warning .*\.maxretries/),
  ]);
});

test('a key that belongs elsewhere is shown where', () => {
  expect(said(`endpoints: []\n${ONE}`)).toEqual([
    'error endpoints: unknown key "endpoints". Did you mean "notifications.endpoints"?',
  ]);
});

test('a repeated key is an error in Longshore’s file and a warning in a registry’s', () => {
  const text = `log: { level: info, level: debug }\n${ONE}`;
  expect(said(text)).toEqual([expect.stringMatching(/^error log\.level: is duplicated/)]);
  const registry =
    'storage: x\nversion: 0.1\nnotifications: { endpoints: [{ name: a, name: b, url: http://b/ }] }';
  expect(said(registry)).toEqual([
    expect.stringMatching(/^warning notifications\.endpoints\[0\]\.name: is duplicated/),
  ]);
  expect(read(registry).config?.notifications.endpoints[0]?.name).toBe('b');
});

test('everything that is wrong is found in one go, in the order of the file', () => {
  const { problems } = read(`worker: { grace: soon }
notifications:
  endpoints:
    - { name: a, timeout: "500", url: nowhere }
    - { name: a, url: http://b/, headers: { A: x }, ignore: [pull] }
`);
  expect(problems.map(({ line, path }) => [line, path.replace('notifications.endpoints', '')])).toEqual([
    [1, 'worker.grace'],
    [4, '[0].timeout'],
    [4, '[0].url'],
    [5, '[1].name'],
    [5, '[1].headers.A'],
    [5, '[1].ignore'],
  ]);
});

test('a warning hides no error below it', () => {
  const text = 'version: 0.1\nstorage: x\nnotifications: { endpoints: [{ name: a, url: nowhere }] }';
  const { problems } = configFrom(Buffer.from(text), { REGISTRY_NOTIFICATIONS: '{}' });
  expect(problems.map(({ level, path }) => [level, path])).toEqual([
    ['warning', 'notifications'],
    ['error', 'notifications.endpoints[0].url'],
  ]);
});

test('run gets one line for each error, with its place', () => {
  const file = join(folder, 'bad.yml');
  writeFileSync(file, `worker: { grace: soon }\nlog: { levle: info }\nredis: { prefix: 500 }\n${ONE}`);
  try {
    loadConfig(file, {});
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(LongshoreError);
    const { code, message } = error as LongshoreError;
    expect(code).toBe('CONFIG_INVALID');
    expect(message.split('\n')).toEqual([
      expect.stringMatching(/bad\.yml:1:18: worker\.grace: is not a duration/),
      `${file}:2:8: log.levle: unknown key "levle". Did you mean "level"?`,
    ]);
  }
});

test('run gets the configuration of a file with warnings', () => {
  const file = join(folder, 'good.yml');
  writeFileSync(file, 'log: { level: warn }\n');
  expect(loadConfig(file, {}).log.level).toBe('warn');
});

test('a file that cannot be read is a problem, not an exception', () => {
  const missing = readConfig(join(folder, 'not-there.yml'), {});
  expect(missing).toEqual({
    flavor: 'longshore',
    problems: [{ level: 'error', path: '', message: expect.stringContaining('file not found') }],
  });
  expect(readConfig(folder, {}).problems).toHaveLength(1);
});
