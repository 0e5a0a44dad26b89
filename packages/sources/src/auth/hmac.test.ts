import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { RawRequest } from '../request.js';
import type { HmacAuth, HmacFormat } from './hmac.js';
import { createVerifier } from './verifier.js';

const BODY = Buffer.from('{"name":"café"}');
const GITHUB: HmacFormat = {
  algorithm: 'sha256',
  headers: ['x-hub-signature-256'],
  encoding: 'hex',
  prefix: 'sha256=',
};
const hex = (secret: string, algorithm = 'sha256') =>
  createHmac(algorithm, secret).update(BODY).digest('hex');

/** By the head and, where it takes that, by the body. */
async function verdict(hmac: HmacAuth, headers: RawRequest['headers'], kind?: HmacFormat, body = BODY) {
  const raw = { method: 'POST', path: '/', headers, body, receivedAt: 0 };
  const verifier = createVerifier({ hmac }, kind);
  const isProved = (await verifier.judge(raw)) === 'signed' && (await verifier.isSigned(raw));
  return isProved ? 'proved' : 'refused';
}

describe('as the kind signs', () => {
  const auth = { secrets: ['old', 'new'] };
  const signed = (value: string) => ({ 'x-hub-signature-256': value });

  test('any of the secrets is let in, in hexadecimal of either case', async () => {
    expect(await verdict(auth, signed(`sha256=${hex('old')}`), GITHUB)).toBe('proved');
    expect(await verdict(auth, signed(`sha256=${hex('new').toUpperCase()}`), GITHUB)).toBe('proved');
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
  ])('%s is refused', async (_, value) => {
    expect(await verdict(auth, signed(value), GITHUB)).toBe('refused');
    expect(await verdict({ secrets: ['', 'old'] }, signed(value), GITHUB)).toBe('refused');
  });

  test('a body of which one bit is another is refused', async () => {
    const changed = Buffer.from(BODY);
    changed.writeUInt8(changed.readUInt8(3) ^ 1, 3);
    expect(await verdict(auth, signed(`sha256=${hex('old')}`), GITHUB, changed)).toBe('refused');
  });

  test('a signature that is there twice is refused', async () => {
    const value = `sha256=${hex('old')}`;
    expect(await verdict(auth, { 'x-hub-signature-256': [value, value] }, GITHUB)).toBe('refused');
  });

  test('only the first of its headers counts', async () => {
    const kind = { ...GITHUB, headers: ['x-a', 'x-b'], prefix: '' };
    expect(await verdict(auth, { 'x-b': hex('old') }, kind)).toBe('proved');
    expect(await verdict(auth, { 'x-a': '', 'x-b': hex('old') }, kind)).toBe('refused');
  });
});

describe('as the source says', () => {
  test('everything can be another than the kind’s', async () => {
    const digest = createHmac('sha512', 's').update(BODY).digest('base64');
    const auth = {
      secrets: ['s'],
      algorithm: 'sha512',
      header: 'X-Sig',
      encoding: 'base64',
      prefix: 'v1,',
    } as const;
    expect(await verdict(auth, { 'x-sig': `v1,${digest}` }, GITHUB)).toBe('proved');
    expect(await verdict(auth, { 'x-sig': digest }, GITHUB)).toBe('refused');
    expect(await verdict(auth, { 'x-sig': `v1,${digest}*` }, GITHUB)).toBe('refused');
  });

  test('a header is enough for a kind that does not sign by itself', async () => {
    expect(await verdict({ secrets: ['s'], header: 'X-Sig' }, { 'x-sig': hex('s') })).toBe('proved');
  });
});

describe('work', () => {
  const hex64 = (digit: string) => digit.repeat(64);

  test.each<[string, RawRequest['headers']]>([
    ['no header', {}],
    ['an empty one', { 'x-hub-signature-256': '' }],
    ['no digest', { 'x-hub-signature-256': 'sha256=' }],
    ['a digest of another length', { 'x-hub-signature-256': `sha256=${hex64('0').slice(2)}` }],
    ['no hexadecimal', { 'x-hub-signature-256': `sha256=${hex64('g')}` }],
    ['another prefix', { 'x-hub-signature-256': `sha1=${hex64('0')}` }],
    ['the header of another kind', { 'x-gitea-signature': hex64('0') }],
  ])('a request with %s is refused by its head', (_, headers) => {
    const head = { method: 'POST', path: '/', headers, receivedAt: 0 };
    expect(createVerifier({ hmac: { secrets: ['s'] } }, GITHUB).judge(head)).toBe('refused');
  });

  test('a large body is hashed in pieces, between which others get their turn', async () => {
    const body = Buffer.alloc(8 * 2 ** 20);
    const verifier = createVerifier({ hmac: { secrets: ['s', 't'] } }, GITHUB);
    const headers = {
      'x-hub-signature-256': `sha256=${createHmac('sha256', 't').update(body).digest('hex')}`,
    };
    let turns = 0;
    const count = () => {
      turns += 1;
      timer = setImmediate(count);
    };
    let timer = setImmediate(count);
    expect(await verifier.isSigned({ method: 'POST', path: '/', headers, body, receivedAt: 0 })).toBe(true);
    clearImmediate(timer);
    expect(turns).toBeGreaterThanOrEqual(32);
  });

  test('a signature over the compressed bytes is as good as one over what they hold', async () => {
    const verifier = createVerifier({ hmac: { secrets: ['s'] } }, GITHUB);
    const wire = Buffer.from('compressed');
    for (const [signed, isSigned] of [
      [wire, true],
      [BODY, true],
      [Buffer.from('another'), false],
    ] as const) {
      const digest = createHmac('sha256', 's').update(signed).digest('hex');
      const headers = { 'x-hub-signature-256': `sha256=${digest}` };
      const raw = { method: 'POST', path: '/', headers, body: BODY, wire, receivedAt: 0 };
      expect(await verifier.isSigned(raw)).toBe(isSigned);
    }
  });
});
