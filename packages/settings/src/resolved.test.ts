import { expect, test } from 'vitest';
import { resolved, revealAll } from './resolved.js';
import { Credential, Secret } from './secret.js';

const env = { URL: 'http://a/', TOKEN: 't' };
const settings = () => ({
  url: new Secret('env:URL', env),
  list: [new Secret('b'), 7],
  auth: { basic: { me: new Credential('env:TOKEN', env) }, none: undefined },
  on: true,
});

test('secrets become their values, wherever they are', () => {
  expect(revealAll(settings())).toEqual({
    url: 'http://a/',
    list: ['b', 7],
    auth: { basic: { me: 't' }, none: undefined },
    on: true,
  });
});

test('a credential is looked up for each use', () => {
  const rotating: Record<string, string> = { TOKEN: 'old' };
  const { token, url } = resolved({
    token: new Credential('env:TOKEN', rotating),
    url: new Secret('env:TOKEN', rotating),
  });
  rotating.TOKEN = 'new';
  expect([typeof token === 'function' && token(), url]).toEqual(['new', 'old']);
});

test('what is missing is named, a credential only when it is used', () => {
  const missing = expect.objectContaining({ code: 'SECRET_MISSING' });
  const credential = { token: new Credential('env:NOPE', {}) };
  expect(() => revealAll(credential)).toThrow(missing);
  const { token } = resolved(credential);
  expect(() => typeof token === 'function' && token()).toThrow(missing);
  expect(() => resolved({ url: new Secret('env:NOPE', {}) })).toThrow(missing);
});
