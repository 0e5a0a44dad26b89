import { expect, test } from 'vitest';
import type { RedisClient } from './connection.js';
import { refusal } from './refusal.js';
import { isTransient } from './transient.js';

test.each([
  [new Error("OOM command not allowed when used memory > 'maxmemory'."), true],
  [new Error('ERR Error running script (call to f_1): @user_script:1: -OOM command not allowed'), true],
  [new Error('LOADING Redis is loading the dataset in memory'), true],
  [new Error("READONLY You can't write against a read only replica."), true],
  [new Error('Connection is closed.'), true],
  [new Error('Command timed out'), true],
  [new Error('WRONGTYPE Operation against a key holding the wrong kind of value'), false],
  [new Error("ERR unknown command 'GETDEL'"), false],
  [new TypeError('Cannot convert a BigInt'), false],
  ['text', false],
])('%s: %s, also as a refusal', (error, transient) => {
  expect(isTransient(error)).toBe(transient);
  if (error instanceof Error) expect(isTransient(refusal(error, {} as RedisClient))).toBe(transient);
});
