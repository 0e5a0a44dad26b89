import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createVerifier } from './auth.js';
import type { HmacAuth, HmacFormat } from './hmac.js';
import type { RawRequest } from './port.js';

const BODY = Buffer.from('{"name":"café"}');
const GITHUB: HmacFormat = {
  algorithm: 'sha256',
  headers: ['x-hub-signature-256'],
  encoding: 'hex',
  prefix: 'sha256=',
};
const hex = (secret: string, algorithm = 'sha256') =>
  createHmac(algorithm, secret).update(BODY).digest('hex');

function verdict(hmac: HmacAuth, headers: RawRequest['headers'], kind?: HmacFormat, body = BODY) {
  return createVerifier({ hmac }, kind)({ method: 'POST', path: '/', headers, body, receivedAt: 0 });
}

describe('as the kind signs', () => {
  const auth = { secrets: ['old', 'new'] };
  const signed = (value: string) => ({ 'x-hub-signature-256': value });

  test('any of the secrets is let in, in hexadecimal of either case', () => {
    expect(verdict(auth, signed(`sha256=${hex('old')}`), GITHUB)).toBe('proved');
    expect(verdict(auth, signed(`sha256=${hex('new').toUpperCase()}`), GITHUB)).toBe('proved');
  });

  test.each([
    ['another secret', `sha256=${hex('other')}`],
    ['another hash', `sha256=${hex('old', 'sha1')}`],
    ['no prefix', hex('old')],
    ['another prefix', `sha1=${hex('old')}`],
    ['an empty digest', 'sha256='],
    ['nothing', ''],
    ['half of it', `sha256=${hex('old').slice(0, 32)}`],
    ['more than it', `sha256=${hex('old')}00`],
    ['it and something else', `sha256=${hex('old')},`],
    ['half a byte more', `sha256=${hex('old')}0`],
    ['half a byte less', `sha256=${hex('old').slice(0, -1)}`],
    ['the empty secret', `sha256=${hex('')}`],
  ])('%s is refused', (_, value) => {
    expect(verdict(auth, signed(value), GITHUB)).toBe('refused');
    expect(verdict({ secrets: ['', 'old'] }, signed(value), GITHUB)).toBe('refused');
  });

  test('a body of which one bit is another is refused', () => {
    const changed = Buffer.from(BODY);
    changed.writeUInt8(changed.readUInt8(3) ^ 1, 3);
    expect(verdict(auth, signed(`sha256=${hex('old')}`), GITHUB, changed)).toBe('refused');
  });

  test('a signature that is there twice is refused', () => {
    const value = `sha256=${hex('old')}`;
    expect(verdict(auth, { 'x-hub-signature-256': [value, value] }, GITHUB)).toBe('refused');
  });

  test('only the first of its headers counts', () => {
    const kind = { ...GITHUB, headers: ['x-a', 'x-b'], prefix: '' };
    expect(verdict(auth, { 'x-b': hex('old') }, kind)).toBe('proved');
    expect(verdict(auth, { 'x-a': '', 'x-b': hex('old') }, kind)).toBe('refused');
  });
});

describe('as the source says', () => {
  test('everything can be another than the kind’s', () => {
    const digest = createHmac('sha512', 's').update(BODY).digest('base64');
    const auth = {
      secrets: ['s'],
      algorithm: 'sha512',
      header: 'X-Sig',
      encoding: 'base64',
      prefix: 'v1,',
    } as const;
    expect(verdict(auth, { 'x-sig': `v1,${digest}` }, GITHUB)).toBe('proved');
    expect(verdict(auth, { 'x-sig': digest }, GITHUB)).toBe('refused');
    expect(verdict(auth, { 'x-sig': `v1,${digest}*` }, GITHUB)).toBe('refused');
  });

  test('a header is enough for a kind that does not sign by itself', () => {
    expect(verdict({ secrets: ['s'], header: 'X-Sig' }, { 'x-sig': hex('s') })).toBe('proved');
  });
});
