import { describe, expect, test } from 'vitest';
import { isDeeperThan, parseJson } from './json.js';

const nested = (levels: number, open = '[', close = ']') => open.repeat(levels) + close.repeat(levels);

describe.each([
  ['text', (text: string) => text],
  ['bytes', (text: string) => Buffer.from(text)],
])('%s', (_, written) => {
  test.each<[string, string, boolean]>([
    ['100 lists', nested(100), false],
    ['101 lists', nested(101), true],
    ['101 objects', `${'{"a":'.repeat(101)}1${'}'.repeat(101)}`, true],
    ['101 lists that are not closed', '['.repeat(101), true],
    ['many lists beside each other', `[${'[],'.repeat(200)}[]]`, false],
    ['brackets in a text', `["${'['.repeat(200)}"]`, false],
    ['brackets behind a quote in a text', `["\\"${'['.repeat(200)}\\\\"]`, false],
    ['brackets behind a text', `["\\\\",${nested(100)}]`, true],
  ])('with %s', (_title, json, isDeep) => {
    expect(isDeeperThan(100, written(json))).toBe(isDeep);
  });

  test('that is JSON and no deeper is read', () => {
    expect(parseJson(written('{"é":[1,{"b":null}]}'))).toEqual({ é: [1, { b: null }] });
  });

  test('of four megabytes of brackets is refused at the first that is too deep', () => {
    expect(() => parseJson(written('['.repeat(4_000_000)))).toThrow('nested deeper than 100 levels');
  });
});
