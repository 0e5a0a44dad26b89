import { createPrivateKey, createPublicKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSign, SIGN_SCHEMES, verifySignature } from './index.js';

const NOW = Date.UTC(2026, 10, 21);
const CLOCK = { now: NOW, toleranceMs: 300_000 };
const BODY = Buffer.from('{"events":[]}');
const custom = { header: 'X-Sig', algorithm: 'sha256', encoding: 'hex', prefix: '' } as const;

test.each(SIGN_SCHEMES)('what %s signs is valid, and one changed bit is not', (scheme) => {
  const options = { scheme, secrets: ['new', 'old'], ...(scheme === 'custom' && { custom }) };
  const headers = createSign(options)(BODY, { id: 'd1', at: NOW });
  expect(verifySignature({ headers, body: BODY }, options, CLOCK)).toMatchObject({ valid: true });
  const named = { ...options, scheme: undefined };
  expect(verifySignature({ headers, body: BODY }, named, CLOCK)).toMatchObject({ valid: true });
  for (const at of BODY.keys()) {
    const body = Buffer.from(BODY);
    body.writeUInt8(body.readUInt8(at) ^ 1, at);
    expect(verifySignature({ headers, body }, options, CLOCK)).toMatchObject({ valid: false });
  }
  expect(verifySignature({ headers, body: BODY }, { ...options, secrets: ['other'] }, CLOCK)).toMatchObject({
    valid: false,
  });
});

test('the old secret is still found while the key rotates, in headers of any case', () => {
  const headers = createSign({ scheme: 'standard', secrets: ['new', 'old'] })(BODY, { id: 'd1', at: NOW });
  const upper = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]),
  );
  expect(verifySignature({ headers: upper, body: BODY }, { secrets: ['x', 'old'] }, CLOCK)).toEqual({
    valid: true,
    why: 'standard: signed with secret 2 of 2',
  });
});

test('an asymmetric signature is checked with the public key alone', () => {
  const seed = Buffer.alloc(32, 7);
  const headers = createSign({ scheme: 'standard', secrets: [`whsk_${seed.toString('base64')}`] })(BODY, {
    id: 'd1',
    at: NOW,
  });
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const open = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  const whpk = `whpk_${open.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')}`;
  expect(verifySignature({ headers, body: BODY }, { secrets: [whpk] }, CLOCK)).toMatchObject({ valid: true });
  const other = `whpk_${Buffer.alloc(32, 9).toString('base64')}`;
  expect(verifySignature({ headers, body: BODY }, { secrets: [other] }, CLOCK)).toMatchObject({
    valid: false,
  });
});

test.each([
  [301_000, '301s ago'],
  [-301_000, '301s ahead'],
])('a time that is %d ms away is refused, and the signature is said to be right', (away, words) => {
  const headers = createSign({ scheme: 'standard', secrets: ['s'] })(BODY, { id: 'd1', at: NOW - away });
  const checked = verifySignature({ headers, body: BODY }, { secrets: ['s'] }, CLOCK);
  expect(checked).toEqual({
    valid: false,
    isStale: true,
    why: expect.stringContaining(`the signature is right, and its time is ${words}`),
  });
  const anyTime = { ...CLOCK, toleranceMs: Number.POSITIVE_INFINITY };
  expect(verifySignature({ headers, body: BODY }, { secrets: ['s'] }, anyTime)).toMatchObject({
    valid: true,
  });
});

test.each<[Record<string, string>, Parameters<typeof verifySignature>[1], RegExp]>([
  [{}, { secrets: ['s'] }, /no header of a signature that is known/],
  [{ 'webhook-signature': 'v1,x' }, { secrets: ['s'] }, /webhook-id is missing/],
  [
    { 'webhook-signature': 'v1,x', 'webhook-id': 'a', 'webhook-timestamp': 'now' },
    { secrets: ['s'] },
    /not a number of seconds/,
  ],
  [{ 'x-signature': 'abc' }, { secrets: ['s'] }, /does not begin with sha256=/],
  [{}, { secrets: ['s'], scheme: 'gitea' }, /X-Gitea-Signature is missing/],
  [{}, { secrets: [] }, /no secret/],
])('%j with %j says what is wrong', (headers, options, why) => {
  expect(verifySignature({ headers, body: BODY }, options, CLOCK)).toEqual({
    valid: false,
    why: expect.stringMatching(why),
  });
});
