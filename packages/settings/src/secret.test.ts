import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, inspect } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { Secret } from './secret.js';

const folder = mkdtempSync(join(tmpdir(), 'longshore-secret-'));
afterAll(() => rmSync(folder, { recursive: true }));

const shown = (secret: Secret): string[] => [
  `${secret}`,
  JSON.stringify({ secret }),
  inspect({ deep: [secret] }, { depth: 9, showHidden: true }),
  format('%s %o %j', secret, secret, secret),
  Object.values(secret).join(),
];

test('a value is revealed and never shown', () => {
  const secret = new Secret('hunter2');
  expect(secret.reveal()).toBe('hunter2');
  expect(secret.reference).toBeUndefined();
  expect(shown(secret).join()).not.toContain('hunter2');
  expect(`${secret}`).toBe('***');
});

test('a variable is looked up when it is revealed, and shown by its name', () => {
  const env: Record<string, string> = { TOKEN: 'hunter2' };
  const secret = new Secret('env:TOKEN', env);
  expect(secret.reveal()).toBe('hunter2');
  expect(secret.toJSON()).toBe('env:TOKEN');
  expect(shown(secret).join()).not.toContain('hunter2');
  env.TOKEN = 'changed';
  expect(secret.reveal()).toBe('changed');
});

test('without an environment of its own, a variable comes from the process', () => {
  expect(new Secret('env:PATH').reveal()).toBe(process.env.PATH);
});

test('a file is read when it is revealed, without the line break at its end', () => {
  const path = join(folder, 'token');
  writeFileSync(path, 'hunter2\n');
  expect(new Secret(`file:${path}`).reveal()).toBe('hunter2');
  expect(new Secret(`file://${path}`).reveal()).toBe('hunter2');
  writeFileSync(path, 'two\nlines\r\n');
  expect(new Secret(`file:${path}`).reveal()).toBe('two\nlines');
  expect(shown(new Secret(`file:${path}`)).join()).not.toContain('lines');
});

test.each([
  ['env:NOT_THERE', /env:NOT_THERE is not set/],
  ['env:EMPTY', /env:EMPTY is empty/],
  ['env:', /names no variable/],
  [`file:${folder}/not-there`, /not-there cannot be read \(ENOENT\)/],
  [`file:${folder}`, /cannot be read \(EISDIR\)/],
])('%s leads nowhere, and the error names it', (reference, message) => {
  const secret = new Secret(reference, { EMPTY: '' });
  expect(() => secret.reveal()).toThrowError(message);
  expect(() => secret.reveal()).toThrowError(expect.objectContaining({ code: 'SECRET_MISSING' }));
});
