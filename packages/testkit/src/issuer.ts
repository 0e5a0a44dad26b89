/**
 * An OpenID Connect issuer over real HTTP: discovery, keys, authorization with PKCE, and tokens that are signed. It
 * approves every sign-in at once; what it sends can be falsified.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { atTestEnd } from './cleanup.js';

/** What a test sees of it, and what it makes it do. */
export interface TestIssuer {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Requests to each path, oldest first. */
  readonly asked: string[];
  /** Who signs in next. */
  user: JWTPayload;
  /** Changes the claims of the id token; the genuine ones are given. */
  falsify: (claims: JWTPayload) => JWTPayload;
  /** Signs with a key that is not among its keys. */
  isForged: boolean;
  /** Answers all requests with this status. */
  brokenWith: number | undefined;
}

interface KeyPair {
  publicKey: CryptoKey;
  privateKey: CryptoKey;
}

interface Grant {
  challenge: string;
  nonce: string;
  redirectUri: string;
}

/** Made once: an RSA key takes a tenth of a second of CPU. */
let made: Promise<[genuine: KeyPair, forged: KeyPair]> | undefined;

function keys(): Promise<[genuine: KeyPair, forged: KeyPair]> {
  made ??= Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
  return made;
}

/** @param host a name of this machine: `localhost` is another site than `127.0.0.1` */
export async function startIssuer(host = '127.0.0.1'): Promise<TestIssuer> {
  const [genuine, forged] = await keys();
  const jwk = { ...(await exportJWK(genuine.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  const grants = new Map<string, Grant>();
  const server = createServer((request, response) => {
    void answer(request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  atTestEnd(async () => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://${host}:${(server.address() as AddressInfo).port}`;
  const issuer: TestIssuer = {
    ...{ url, clientId: 'longshore', clientSecret: 'the client secret: ü%' },
    asked: [],
    user: { sub: 'u1', preferred_username: 'alice', groups: ['sre'] },
    falsify: (claims) => claims,
    isForged: false,
    brokenWith: undefined,
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', url);
    issuer.asked.push(pathname);
    if (issuer.brokenWith !== undefined) return void response.writeHead(issuer.brokenWith).end();
    const json = (status: number, body: object) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (pathname === '/.well-known/openid-configuration') return json(200, metadata(url));
    if (pathname === '/keys') return json(200, { keys: [jwk] });
    if (pathname === '/authorize') return void authorize(searchParams, grants, response);
    if (pathname === '/token') return json(...(await token(request)));
    response.writeHead(404).end();
  }

  async function token(request: IncomingMessage): Promise<[status: number, body: object]> {
    let text = '';
    for await (const chunk of request) text += chunk;
    const form = new URLSearchParams(text);
    if (!isClient(request, issuer)) return [401, { error: 'invalid_client' }];
    const code = form.get('code') ?? '';
    const grant = grants.get(code);
    // A code is used once.
    grants.delete(code);
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isGranted = grant?.challenge === verifier && grant.redirectUri === form.get('redirect_uri');
    if (!isGranted) return [400, { error: 'invalid_grant' }];
    return [200, { access_token: randomUUID(), token_type: 'bearer', id_token: await idToken(grant) }];
  }

  function idToken({ nonce }: Grant): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: url, aud: issuer.clientId, iat: now, exp: now + 300, nonce, ...issuer.user };
    const key: CryptoKey = issuer.isForged ? forged.privateKey : genuine.privateKey;
    return new SignJWT(issuer.falsify(claims)).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(key);
  }

  return issuer;
}

/** Sends the browser back with a code. */
function authorize(asked: URLSearchParams, grants: Map<string, Grant>, response: ServerResponse): void {
  const code = randomUUID();
  const redirectUri = asked.get('redirect_uri') ?? '';
  const isPkce = asked.get('code_challenge_method') === 'S256';
  const challenge = isPkce ? (asked.get('code_challenge') ?? '') : '';
  grants.set(code, { challenge, nonce: asked.get('nonce') ?? '', redirectUri });
  const location = new URL(redirectUri);
  location.search = String(new URLSearchParams({ code, state: asked.get('state') ?? '' }));
  response.writeHead(302, { location: location.href }).end();
}

/** `Authorization: Basic`, with both parts as in a form (RFC 6749, 2.3.1). */
function isClient({ headers }: IncomingMessage, { clientId, clientSecret }: TestIssuer): boolean {
  const [, encoded = ''] = headers.authorization?.split(' ') ?? [];
  const [id, secret] = Buffer.from(encoded, 'base64').toString().replaceAll('+', '%20').split(':');
  return decodeURIComponent(id ?? '') === clientId && decodeURIComponent(secret ?? '') === clientSecret;
}

const metadata = (issuer: string): object => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/keys`,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  code_challenge_methods_supported: ['S256'],
});
