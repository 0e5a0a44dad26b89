import { expect, test } from 'vitest';
import { addressTimeout, withoutDot } from './agent.js';

test('the dot of an absolute host name is no part of the server name', () => {
  expect(withoutDot({ servername: 'registry.test.' })).toEqual({ servername: 'registry.test' });
  expect(withoutDot({ servername: 'registry.test' })).toEqual({});
  expect(withoutDot({})).toEqual({});
});

test('an address of a name may take seconds, and half of the timeout at most', () => {
  expect([30_000, 4_000, 1_000, 100].map(addressTimeout)).toEqual([5_000, 2_000, 500, 250]);
});
