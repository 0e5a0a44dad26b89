/**
 * What is asked of a token server, and what it answers. GET with Basic or nothing is what every server knows;
 * POST (OAuth2) is for refresh tokens, and for servers that answer 404 or 405 to the GET.
 */
import { RegistryError } from './error.js';
import { jsonOf } from './json.js';
import type { Credential } from './port.js';
import type { HttpRequest } from './transport.js';

const CLIENT = 'longshore';
/** Seconds, when the answer does not say; also the least that is believed (distribution, "token authentication"). */
const DEFAULT_SECONDS = 60;

/** Which token. */
export interface TokenRequest {
  realm: URL;
  service: string | undefined;
  /** Separated by spaces. */
  scope: string;
  credential: Credential | undefined;
}

/** A request to a token server. */
export type TokenQuestion = Pick<HttpRequest, 'url' | 'method' | 'headers' | 'body'>;

/** What to ask, and what when the server does not serve that. */
export function tokenQuestions(request: TokenRequest): [TokenQuestion, TokenQuestion?] {
  const { credential } = request;
  if (!credential) return [getToken(request)];
  if ('identityToken' in credential) {
    const { identityToken } = credential;
    return [postToken(request, { grant_type: 'refresh_token', refresh_token: identityToken })];
  }
  if (!('username' in credential)) return [getToken(request)];
  const { username, password } = credential;
  return [
    getToken(request, username, basic(username, password)),
    postToken(request, { grant_type: 'password', username, password, access_type: 'online' }),
  ];
}

function getToken(
  { realm, service, scope }: TokenRequest,
  account?: string,
  authorization?: string,
): TokenQuestion {
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.append('service', service);
  for (const one of scope.split(' ')) url.searchParams.append('scope', one);
  if (account) url.searchParams.append('account', account);
  return { url, method: 'GET', headers: { ...(authorization && { authorization }) } };
}

function postToken(
  { realm, service = '', scope }: TokenRequest,
  grant: Record<string, string>,
): TokenQuestion {
  const body = new URLSearchParams({ ...grant, service, scope, client_id: CLIENT }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return { url: new URL(realm), method: 'POST', headers, body };
}

/** The value of an `Authorization` header. */
export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** `lifetime` in milliseconds, `issued` in epoch milliseconds. */
export function tokenIn(body: Buffer, place: string): { token: string; lifetime: number; issued?: number } {
  const { token, access_token, expires_in, issued_at } = jsonOf(body) ?? {};
  const text = [token, access_token].find((one) => typeof one === 'string' && one !== '');
  if (typeof text !== 'string' || /[^\x21-\x7e]/.test(text)) {
    throw new RegistryError('server', `${place}: answered without a token`);
  }
  const seconds = typeof expires_in === 'number' ? Math.max(expires_in, DEFAULT_SECONDS) : DEFAULT_SECONDS;
  const issued = typeof issued_at === 'string' ? Date.parse(issued_at) : Number.NaN;
  return { token: text, lifetime: seconds * 1000, ...(!Number.isNaN(issued) && { issued }) };
}
