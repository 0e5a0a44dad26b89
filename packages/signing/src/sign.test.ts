import { createHmac, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { createSign } from './index.js';
import type { SignScheme } from './schemes.js';

const ABOUT = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', at: 1_614_265_330_000 };
const BODY = Buffer.from('{"test": 2432232314}');
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

const signed = (scheme: SignScheme, secrets: string[], body = BODY) =>
  createSign({ scheme, secrets })(body, ABOUT);

/** A private key as `whsk_`, with the public key behind the seed or without it, and its `whpk_`. */
function keyPair(isWhole: boolean) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
  const open = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const whole = isWhole ? Buffer.concat([seed, open]) : seed;
  return { whsk: `whsk_${whole.toString('base64')}`, publicKey };
}

describe('standard', () => {
  test('the vector of the specification’s libraries', () => {
    expect(signed('standard', [SECRET])).toEqual({
      'webhook-id': ABOUT.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  test('the reference library accepts it, while a key rotates too', () => {
    const at = Date.now();
    const body = Buffer.from('{"name":"café \u{1f6a2}"}');
    const headers = createSign({ scheme: 'standard', secrets: ['whsec_bmV3IG5ldyBuZXc=', SECRET] })(body, {
      id: 'd1',
      at,
    });
    for (const secret of [SECRET, 'whsec_bmV3IG5ldyBuZXc=']) {
      expect(new Webhook(secret).verify(body, headers)).toEqual({ name: 'café \u{1f6a2}' });
    }
    expect(() => new Webhook('whsec_b3RoZXI=').verify(body, headers)).toThrow(/No matching signature/);
    expect(() => new Webhook(SECRET).verify('{}', headers)).toThrow(/No matching signature/);
  });

  test('a secret without a prefix is its own bytes', () => {
    const raw = 'not base64!';
    const expected = createHmac('sha256', raw).update(`${ABOUT.id}.1614265330.${BODY}`).digest('base64');
    expect(signed('standard', [raw])['webhook-signature']).toBe(`v1,${expected}`);
  });

  test.each([false, true])('an asymmetric signature comes last, whichever key is first', (isWhole) => {
    const { whsk, publicKey } = keyPair(isWhole);
    const [v1, v1a = ''] = (signed('standard', [whsk, SECRET])['webhook-signature'] ?? '').split(' ');
    expect(v1).toMatch(/^v1,/);
    const signature = Buffer.from(v1a.slice('v1a,'.length), 'base64');
    const content = Buffer.from(`${ABOUT.id}.1614265330.${BODY}`);
    expect(
      verify(null, content, createPublicKey(publicKey.export({ format: 'pem', type: 'spki' })), signature),
    ).toBe(true);
  });
});

describe('one HMAC', () => {
  test('the vector of GitHub’s documentation', () => {
    expect(signed('github', ["It's a Secret to Everybody"], Buffer.from('Hello, World!'))).toEqual({
      'X-Hub-Signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    });
  });

  test.each([
    ['flux', 'X-Signature', 'sha256', 'sha256='],
    ['gitea', 'X-Gitea-Signature', 'sha256', ''],
    ['nexus', 'X-Nexus-Webhook-Signature', 'sha1', ''],
    ['jfrog', 'X-JFrog-Event-Auth', 'sha256', ''],
  ] as const)('%s: %s, with the first secret alone', (scheme, header, algorithm, prefix) => {
    const digest = createHmac(algorithm, 'new').update(BODY).digest('hex');
    expect(signed(scheme, ['new', 'old'])).toEqual({ [header]: prefix + digest });
  });

  test('custom: everything is the operator’s', () => {
    const custom = { header: 'X-Sig', algorithm: 'sha512', encoding: 'base64', prefix: 'v0=' } as const;
    const sign = createSign({ scheme: 'custom', secrets: ['s'], custom });
    expect(sign(BODY, ABOUT)).toEqual({
      'X-Sig': `v0=${createHmac('sha512', 's').update(BODY).digest('base64')}`,
    });
  });
});

test.each<[SignScheme, string[], RegExp]>([
  ['standard', [], /sign\.secret is missing/],
  ['standard', [''], /empty/],
  ['standard', ['whsec_***'], /not base64/],
  ['standard', ['whsk_c2hvcnQ='], /32 or 64 bytes, this one has 5/],
  ['standard', [`whpk_${Buffer.alloc(32, 1).toString('base64')}`], /public/],
  ['github', [`whsk_${Buffer.alloc(32, 1).toString('base64')}`], /scheme: standard/],
  ['custom', ['s'], /sign\.header/],
])('%s with %j is refused', (scheme, secrets, why) => {
  expect(() => createSign({ scheme, secrets })).toThrow(why);
});
