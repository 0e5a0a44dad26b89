import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type OidcAuth, oidcFault } from './oidc.js';
import { createVerifier, type Verifier } from './verifier.js';

const AUDIENCE = 'https://longshore.example.com/sources/gar';
const EMAIL = 'pubsub@acme-prod.iam.gserviceaccount.com';
const CLAIMS = {
  iss: 'https://accounts.google.com',
  aud: AUDIENCE,
  email: EMAIL,
  email_verified: true,
  sub: '1',
};

const keys = await generateKeyPair('RS256');
const strange = await generateKeyPair('RS256');
let server: Server;
let auth: OidcAuth;
let fetched = 0;

beforeAll(async () => {
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'RS256', use: 'sig' };
  server = createServer((_, response) => {
    fetched += 1;
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  auth = { audience: [AUDIENCE], email: [EMAIL], jwks: `http://127.0.0.1:${port}/certs` };
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

interface Token {
  claims?: object;
  key?: typeof keys.privateKey;
  kid?: string;
  expires?: string | null;
}

async function token({ claims, key = keys.privateKey, kid = 'k', expires = '5m' }: Token = {}) {
  const jwt = new SignJWT({ ...CLAIMS, ...claims }).setProtectedHeader({ alg: 'RS256', kid }).setIssuedAt();
  if (expires !== null) jwt.setExpirationTime(expires);
  return await jwt.sign(key);
}

async function verdict(jwt: string, changed: Partial<OidcAuth> = {}) {
  const headers = { authorization: `Bearer ${jwt}` };
  const raw = { method: 'POST', path: '/', headers, body: Buffer.from('{}'), receivedAt: 0 };
  return await createVerifier({ oidc: { ...auth, ...changed } }).judge(raw);
}

test('a token of the account for the audience is let in', async () => {
  expect(await verdict(await token())).toBe('proved');
  expect(await verdict(await token({ claims: { iss: 'accounts.google.com' } }))).toBe('proved');
  expect(await verdict(await token(), { email: undefined, subject: ['1'] })).toBe('proved');
  expect(await verdict(await token({ claims: { iss: 'https://i/' } }), { issuer: 'https://i/' })).toBe(
    'proved',
  );
});

test.each<[string, Token]>([
  ['for another audience', { claims: { aud: 'https://other.example.com' } }],
  ['of another issuer', { claims: { iss: 'https://evil.example.com' } }],
  ['of another account', { claims: { email: 'other@acme-prod.iam.gserviceaccount.com' } }],
  ['of an account that is not verified', { claims: { email_verified: false } }],
  ['of an account that only says so', { claims: { email_verified: 'true' } }],
  ['of no account', { claims: { email: undefined } }],
  ['that has expired', { expires: '-5m' }],
  ['that never expires', { expires: null }],
  ['signed with another key', { key: strange.privateKey }],
  ['signed with an unknown key', { kid: 'other' }],
])('a token %s is refused', async (_, changed) => {
  expect(await verdict(await token(changed))).toBe('refused');
});

test('what is no token is refused, and nothing is fetched for it', async () => {
  const before = fetched;
  for (const jwt of ['', 'a', 'a.b', 'a.b.c.d', 's3cret', '..']) expect(await verdict(jwt)).toBe('refused');
  expect(fetched).toBe(before);
});

test('a token without a signature is refused', async () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = part({ ...CLAIMS, exp: 4_102_444_800 });
  for (const alg of ['none', 'HS256']) {
    expect(await verdict(`${part({ alg, kid: 'k' })}.${claims}.c2ln`)).toBe('refused');
    expect(await verdict(`${part({ alg, kid: 'k' })}.${claims}.`)).toBe('refused');
  }
});

test('keys that cannot be fetched are no refusal: the sender comes again', async () => {
  await expect(verdict(await token(), { jwks: 'http://127.0.0.1:1/certs' })).rejects.toMatchObject({
    code: 'SOURCE_KEYS',
  });
});

test('another method that matches needs no keys', async () => {
  const verifier = createVerifier({ bearer: ['s3cret'], oidc: { ...auth, jwks: 'http://127.0.0.1:1/' } });
  const raw = {
    method: 'POST',
    path: '/',
    headers: { authorization: 'Bearer s3cret' },
    body: Buffer.from(''),
  };
  expect(verifier.judge({ ...raw, receivedAt: 0 })).toBe('proved');
});

describe('an issuer in trouble', () => {
  /** Answers each request for keys by `answer`; counts them. */
  async function anIssuer(answer: (response: ServerResponse) => void) {
    const issuer = { asked: 0, answer, verifier: createVerifier({}) };
    const server = createServer((_, response) => {
      issuer.asked += 1;
      issuer.answer(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    const { port } = server.address() as AddressInfo;
    issuer.verifier = createVerifier({ oidc: { ...auth, jwks: `http://127.0.0.1:${port}/` } });
    return issuer;
  }
  const judge = async ({ verifier }: { verifier: Verifier }) => {
    const headers = { authorization: `Bearer ${await token()}` };
    return await verifier.judge({ method: 'POST', path: '/', headers, receivedAt: 0 });
  };
  const unfetchable = { code: 'SOURCE_KEYS' };

  test('is not asked again for 10 seconds, and then is', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const issuer = await anIssuer((response) => response.writeHead(500).end());
    for (let request = 0; request < 5; request += 1)
      await expect(judge(issuer)).rejects.toMatchObject(unfetchable);
    expect(issuer.asked).toBe(1);
    const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'RS256', use: 'sig' };
    issuer.answer = (response) => response.end(JSON.stringify({ keys: [jwk] }));
    vi.setSystemTime(Date.now() + 9_000);
    await expect(judge(issuer)).rejects.toMatchObject(unfetchable);
    vi.setSystemTime(Date.now() + 1_001);
    expect(await judge(issuer)).toBe('proved');
    expect(issuer.asked).toBe(2);
  });

  test('that never stops answering is cut off at 1 MiB', async () => {
    let sent = 0;
    const issuer = await anIssuer((response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, ' '))) sent += 65_536;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    await expect(judge(issuer)).rejects.toMatchObject({
      ...unfetchable,
      cause: { message: expect.stringContaining('larger than 1048576 bytes') },
    });
    // What is beyond it was on its way already.
    expect(sent).toBeLessThan(64 * 2 ** 20);
  });

  test('does not keep a request out that another secret lets in', async () => {
    const verifier = createVerifier(
      { hmac: { secrets: ['s'] }, oidc: { ...auth, jwks: 'http://127.0.0.1:1/' } },
      { algorithm: 'sha256', headers: ['x-sig'], encoding: 'hex', prefix: '' },
    );
    const headers = { authorization: `Bearer ${await token()}`, 'x-sig': 'ab'.repeat(32) };
    expect(await verifier.judge({ method: 'POST', path: '/', headers, receivedAt: 0 })).toBe('signed');
  });
});

describe('settings', () => {
  const usable: OidcAuth = { audience: [AUDIENCE], email: [EMAIL] };

  test.each([
    'https://issuer.example.com/certs',
    'http://localhost:8080/',
    'http://127.0.0.2/',
    'http://[::1]:1/',
  ])('the keys may be at %s', (jwks) => {
    expect(oidcFault({ ...usable, jwks })).toBeUndefined();
  });

  test('for Google need no more than audience and account', () => {
    expect(oidcFault(usable)).toBeUndefined();
    expect(oidcFault({ ...usable, issuer: 'accounts.google.com' })).toBeUndefined();
  });

  test.each<[RegExp, Partial<OidcAuth>]>([
    [/audience/, { audience: [] }],
    [/account/, { email: [] }],
    [/account/, { email: undefined }],
    [/jwks/, { issuer: 'https://sts.windows.net/tenant/' }],
    [/http url/, { jwks: 'file:///etc/passwd' }],
    [/http url/, { jwks: 'https://' }],
    [/without TLS/, { jwks: 'http://issuer.example.com/certs' }],
    [/without TLS/, { jwks: 'HTTP://10.0.0.7/certs' }],
    [/without TLS/, { jwks: 'http://127.0.0.1.example.com/certs' }],
    [/user or password/, { jwks: 'https://user:secret@issuer.example.com/certs' }],
  ])('that say %s', (fault, changed) => {
    expect(oidcFault({ ...usable, ...changed })).toMatch(fault);
  });
});
