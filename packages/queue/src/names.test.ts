import { expect, test } from 'vitest';
import { queueName, storeKey } from './names.js';

test('a queue name carries the endpoint as its hash tag', () => {
  expect(queueName('ci.hooks-1_a')).toBe('{ci.hooks-1_a}');
});

test('whatever Redis or BullMQ would trip over is encoded', () => {
  expect(queueName('a:b {c}%')).toBe('{a=3Ab=20=7Bc=7D=25}');
  expect(queueName('büro')).toBe('{b=C3=BCro}');
});

test('a name survives a page that decodes it once more', () => {
  for (const name of ['harbor prod', '100%', 'a%20b', 'büro']) {
    expect(decodeURIComponent(queueName(name))).toBe(queueName(name));
  }
});

test('different endpoints never share a queue', () => {
  const names = ['a b', 'a%20b', 'a=20b', 'a_b', 'A_b', 'a', '~a'];
  expect(new Set(names.map(queueName)).size).toBe(names.length);
});

test('a store never shares keys with an endpoint', () => {
  expect(storeKey('p', 'quarantine', 'index')).toBe('p:{~quarantine}:index');
  expect(queueName('~quarantine')).not.toContain('~');
});
