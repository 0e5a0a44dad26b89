/** The issuer: its discovery document, which is fetched when it is first needed, and what its errors mean. */
import { LongshoreError } from '@longshore/event';
import * as openid from 'openid-client';
import type { OidcSettings } from '../settings.js';

/** Covers the whole answer; a person waits for it. */
const TIMEOUT_S = 10;
const CLOCK_TOLERANCE_S = 60;
/** Discovery documents and keys have up to 20 KB. */
const MAX_ANSWER_BYTES = 2 ** 20;

type Settings = Pick<OidcSettings, 'issuer' | 'clientid' | 'clientsecret'>;

/** The client of the issuer. A failed discovery is tried again by the next sign-in, so an issuer that is away stops nothing else. */
export function createIssuer(
  { issuer, clientid, clientsecret }: Settings,
  fetchIt: openid.CustomFetch,
): () => Promise<openid.Configuration> {
  let found: Promise<openid.Configuration> | undefined;
  const discover = async (): Promise<openid.Configuration> => {
    const url = new URL(issuer);
    const metadata = { client_secret: clientsecret, [openid.clockTolerance]: CLOCK_TOLERANCE_S };
    const config = await openid.discovery(url, clientid, metadata, authMethod(clientsecret), {
      [openid.customFetch]: fetchIt,
      timeout: TIMEOUT_S,
      // The configuration allows http on loopback only.
      execute: url.protocol === 'http:' ? [openid.allowInsecureRequests] : [],
    });
    // Verifies the signature of id tokens too, though they come over TLS from the issuer itself.
    openid.enableNonRepudiationChecks(config);
    return config;
  };
  return async () => {
    found ??= discover();
    try {
      return await found;
    } catch (error) {
      found = undefined;
      throw unavailable(error);
    }
  };
}

/** `client_secret_basic`, the standard's default, unless the issuer takes only the other one. */
function authMethod(secret: string): openid.ClientAuth {
  const [basic, post] = [openid.ClientSecretBasic(secret), openid.ClientSecretPost(secret)];
  return (server, ...request) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (methods.includes('client_secret_basic') ? basic : post)(server, ...request);
  };
}

/** An issuer that sends without end does not fill the memory. */
export function boundedFetch(fetchIt: typeof fetch): openid.CustomFetch {
  return async (url, options) => {
    const response = await fetchIt(url, options as RequestInit);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > MAX_ANSWER_BYTES) throw new TypeError(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`);
      chunks.push(chunk);
    }
    const { status, headers } = response;
    return new Response(size > 0 ? Buffer.concat(chunks) : null, { status, headers });
  };
}

/** Faults of the way to the issuer or of our client there, and not of the user's sign-in. */
const ISSUER_FAULTS = new Set(
  ['TIMEOUT', 'RESPONSE_IS_NOT_CONFORM', 'RESPONSE_IS_NOT_JSON', 'PARSE_ERROR'].map(
    (code) => `OAUTH_${code}`,
  ),
);
const CLIENT_FAULTS = new Set([
  'invalid_client',
  'unauthorized_client',
  'server_error',
  'temporarily_unavailable',
]);

/** @throws LongshoreError REQUEST_UNAUTHORIZED or DASHBOARD_ISSUER, always */
export function asLongshoreError(error: unknown): never {
  const { code = '', error: word = '' } = error as { code?: string; error?: string };
  if (ISSUER_FAULTS.has(code) || CLIENT_FAULTS.has(word) || isNetwork(error)) throw unavailable(error);
  if (word === 'access_denied') {
    throw new LongshoreError('REQUEST_UNAUTHORIZED', 'the issuer refused the sign-in (access_denied)', {
      cause: error,
    });
  }
  throw new LongshoreError(
    'REQUEST_UNAUTHORIZED',
    'the issuer’s answer is not valid for this sign-in. Sign in again; the log of the dashboard has the reason',
    { cause: error },
  );
}

/** `fetch` fails with a TypeError whose cause is the socket's error. */
const isNetwork = (error: unknown): boolean => error instanceof TypeError && !('code' in error);

const unavailable = (error: unknown): LongshoreError =>
  new LongshoreError(
    'DASHBOARD_ISSUER',
    'the OpenID Connect issuer cannot be used now; check dashboard.auth.oidc and try again',
    { cause: error },
  );
