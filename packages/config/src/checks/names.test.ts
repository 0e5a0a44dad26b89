import { expect, test } from 'vitest';
import { configFrom } from '../read.js';

const read = (text: string) => configFrom(Buffer.from(text), {});
const said = (text: string) =>
  read(text).problems.map(({ level, path, message }) => `${level} ${path}: ${message}`);

test('names are unique: refused in Longshore’s file, numbered in a registry’s', () => {
  const endpoints = ['a', 'a', 'a-2', 'a', '""']
    .map((name) => `{ name: ${name}, url: http://r/ }`)
    .join(', ');
  const text = `notifications: { endpoints: [${endpoints}] }`;
  expect(said(text)).toEqual([
    expect.stringMatching(/^error notifications\.endpoints\[1\]\.name: "a" is the name of an endpoint above/),
    expect.stringMatching(/^error notifications\.endpoints\[3\]\.name: "a"/),
    expect.stringMatching(/^error notifications\.endpoints\[4\]\.name: is missing/),
  ]);
  const { config, problems } = read(`version: 0.1\nstorage: x\n${text}`);
  expect(config?.notifications.endpoints.map(({ name }) => name)).toEqual([
    'a',
    'a-3',
    'a-2',
    'a-4',
    'endpoint-5',
  ]);
  expect(problems.map(({ level }) => level)).toEqual(['warning', 'warning', 'warning']);
});

test('a name of 128 characters is the longest', () => {
  const named = (name: string, more = '') =>
    `${more}notifications: { endpoints: [{ name: ${name}, url: http://r/ }] }`;
  expect(said(named('🐳'.repeat(128)))).toEqual([]);
  expect(said(named('x'.repeat(129)))).toEqual([expect.stringMatching(/128/)]);
  expect(said(named('"a\\nb"'))).toEqual([expect.stringMatching(/control character/)]);
  const { config } = read(named('"a\\nb"', 'storage: x\n'));
  expect(config?.notifications.endpoints[0]?.name).toBe('a b');
});
