import { describe, expect, test } from 'vitest';
import type { RawRequest } from '../request.js';
import { createVerifier, type ResolvedAuth, type Verdict } from './verifier.js';

function verdict(auth: ResolvedAuth | undefined, headers: RawRequest['headers']): Verdict | Promise<Verdict> {
  const raw = { method: 'POST', path: '/', headers, body: Buffer.from('{}'), receivedAt: 0 };
  return createVerifier(auth).judge(raw);
}

const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString('base64')}`;

describe('without a method', () => {
  test.each([[undefined], [{}], [{ bearer: undefined }]])('%j lets everybody in', (auth) => {
    expect(verdict(auth, {})).toBe('open');
    expect(verdict(auth, { authorization: 'Bearer anything' })).toBe('open');
  });
});

describe('bearer', () => {
  const auth = { bearer: ['old', 'new'] };

  test.each([['Bearer old'], ['Bearer new'], ['bearer new'], ['BEARER  new']])('%s is let in', (header) => {
    expect(verdict(auth, { authorization: header })).toBe('proved');
  });

  test.each([
    [undefined],
    [''],
    ['Bearer'],
    ['Bearer '],
    ['Bearer olde'],
    ['Bearer ol'],
    ['Bearer OLD'],
    ['Bearer old new'],
    ['Basic old'],
    ['old'],
    [basic('old:old')],
  ])('%s is refused', (header) => {
    expect(verdict(auth, { authorization: header })).toBe('refused');
  });
});

describe('basic', () => {
  const auth = { basic: { kraken: ['pre-heat', 'pre:heat'], harbor: ['x'] } };

  test.each([['kraken:pre-heat'], ['kraken:pre:heat'], ['harbor:x']])('%s is let in', (credentials) => {
    expect(verdict(auth, { authorization: basic(credentials) })).toBe('proved');
  });

  test.each([['kraken:x'], ['harbor:pre-heat'], ['kraken:'], ['kraken'], [':'], ['__proto__:x'], ['']])(
    '%s is refused',
    (credentials) => {
      expect(verdict(auth, { authorization: basic(credentials) })).toBe('refused');
    },
  );

  test('what is not base64 is refused', () => {
    expect(verdict(auth, { authorization: 'Basic %%%' })).toBe('refused');
  });
});

describe('header', () => {
  const auth = { header: { Authorization: ['raw token'], 'X-Token': ['one', 'two'] } };

  test('any of the headers with any of its values is let in, whatever the case of its name', () => {
    expect(verdict(auth, { authorization: 'raw token' })).toBe('proved');
    expect(verdict(auth, { 'x-token': 'two' })).toBe('proved');
    expect(verdict(auth, { 'x-token': ['other', 'one'] })).toBe('proved');
  });

  test.each([
    [{}],
    [{ 'x-token': 'raw token' }],
    [{ 'x-token': [] }],
    [{ authorization: 'Bearer raw token' }],
  ])('%j is refused', (headers) => {
    expect(verdict(auth, headers)).toBe('refused');
  });
});

describe('token', () => {
  const verdictOf = (path: string, query = '', auth: ResolvedAuth = { token: ['old', 'new/er'] }) => {
    const raw = { method: 'POST', path, headers: {}, body: Buffer.from('{}'), receivedAt: 0 };
    return createVerifier(auth).judge({ ...raw, ...(query && { query: new URLSearchParams(query) }) });
  };

  test.each([
    ['/sources/hub/old', ''],
    ['/sources/hub/new%2Fer', ''],
    ['/sources/hub/old/', ''],
    ['/sources/hub', 'token=old'],
    ['/sources/hub', 'a=b&access_token=new%2Fer'],
    ['/registry/notifications', 'token=wrong&token=old'],
  ])('%s?%s is let in', (path, query) => {
    expect(verdictOf(path, query)).toBe('proved');
  });

  test.each([
    ['/sources/hub', ''],
    ['/sources/hub/', ''],
    ['/sources/hub/ol', ''],
    ['/sources/old', ''],
    ['/sources/hub/new/er', ''],
    ['/registry/notifications/old', ''],
    ['/sources/hub', 'token='],
    ['/sources/hub', 'token'],
    ['/sources/hub', 'Token=old'],
    ['/sources/hub', 'secret=old'],
  ])('%s?%s is refused', (path, query) => {
    expect(verdictOf(path, query)).toBe('refused');
    expect(verdictOf(path, query, { token: [''] })).toBe('refused');
  });
});

test('any of several methods is enough', () => {
  const auth = { bearer: ['b'], basic: { user: ['p'] }, header: { 'x-token': ['h'] } };
  expect(verdict(auth, { authorization: 'Bearer b' })).toBe('proved');
  expect(verdict(auth, { authorization: basic('user:p') })).toBe('proved');
  expect(verdict(auth, { authorization: 'Bearer wrong', 'x-token': 'h' })).toBe('proved');
  expect(verdict(auth, { authorization: 'Bearer p' })).toBe('refused');
});

test.each([
  [{ bearer: [] }],
  [{ bearer: [''] }],
  [{ basic: {} }],
  [{ basic: { user: [''] } }],
  [{ header: {} }],
  [{ header: { 'x-token': [''] } }],
  [{ token: [] }],
  [{ hmac: { secrets: [], header: 'x-token' } }],
  [{ hmac: { secrets: ['s'] } }],
])('a method whose secrets came out empty refuses every request: %j', (auth) => {
  for (const authorization of [undefined, 'Bearer ', 'Bearer x', basic('user:'), basic(':')]) {
    expect(verdict(auth, { authorization, 'x-token': '' })).toBe('refused');
  }
});

test('a secret beyond ASCII matches the bytes of its UTF-8, which Node reads as Latin-1', () => {
  const sent = Buffer.from('pässwörd').toString('latin1');
  expect(verdict({ bearer: ['pässwörd'] }, { authorization: `Bearer ${sent}` })).toBe('proved');
  expect(verdict({ bearer: ['pässwörd'] }, { authorization: 'Bearer pässwörd' })).toBe('proved');
  expect(verdict({ bearer: ['@'] }, { authorization: 'Bearer \u0140' })).toBe('refused');
});
