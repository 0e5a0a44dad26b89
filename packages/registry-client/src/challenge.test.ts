import { expect, test } from 'vitest';
import { challengesOf } from './challenge.js';

test.each([
  [undefined, []],
  ['', []],
  ['Basic', [{ scheme: 'basic', parameters: {} }]],
  ['Basic realm="a, b"', [{ scheme: 'basic', parameters: { realm: 'a, b' } }]],
  [
    'Bearer realm="https://auth/token",service="r",scope="repository:a/b:pull,push repository:c:pull"',
    [
      {
        scheme: 'bearer',
        parameters: {
          realm: 'https://auth/token',
          service: 'r',
          scope: 'repository:a/b:pull,push repository:c:pull',
        },
      },
    ],
  ],
  [
    'Negotiate, BASIC Realm=plain, Bearer realm = "https://a/t" , service="b \\"c\\""',
    [
      { scheme: 'negotiate', parameters: {} },
      { scheme: 'basic', parameters: { realm: 'plain' } },
      { scheme: 'bearer', parameters: { realm: 'https://a/t', service: 'b "c"' } },
    ],
  ],
  [
    'Negotiate YII==, Basic realm="x"',
    [
      { scheme: 'negotiate', parameters: { yii: '=' } },
      { scheme: 'basic', parameters: { realm: 'x' } },
    ],
  ],
  ['Bearer realm="unclosed', [{ scheme: 'bearer', parameters: { realm: '' } }]],
])('%j', (header, expected) => {
  expect(challengesOf(header)).toEqual(expected);
});

test('a long header of nothing useful is read in no time', () => {
  expect(challengesOf(`${'a'.repeat(60_000)}!`).length).toBeLessThan(2);
  expect(challengesOf(', '.repeat(30_000))).toEqual([]);
});
