/**
 * Where a token server redirects to: `/token` to `/token/`, http to https, one name to another. Within its origin the
 * request stays what it is. Elsewhere it goes without credentials, as Go's clients send it, and only to where a
 * registry may send a request without credentials. What carries a refresh token is not sent elsewhere at all.
 */
import { RegistryError } from './error.js';
import { checkRealm } from './realm.js';
import type { TokenQuestion } from './token-request.js';

/** Redirects that are followed for one token. */
export const MOST_TOKEN_REDIRECTS = 5;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** The registry that named the token server, and the hosts that the operator trusts as such. */
export interface TokenTrust {
  registry: URL;
  realms: readonly string[];
}

/** What to ask next; undefined when this is no redirect. Throws `redirect` for one that is not followed. */
export function afterRedirect(
  question: TokenQuestion,
  { status, location }: { status: number; location: string | undefined },
  { registry, realms }: TokenTrust,
): TokenQuestion | undefined {
  if (!REDIRECTS.has(status) || location === undefined) return undefined;
  const { url, method, headers } = question;
  const refused = (what: string) =>
    new RegistryError('redirect', `token server ${url.host}: answered ${status}; ${what}`, { status });
  if (!URL.canParse(location, url.href)) throw refused('it redirects to an invalid URL');
  const to = new URL(location, url);
  if (to.username !== '' || to.password !== '') throw refused('it redirects to a URL with a user name');
  if (method === 'POST' && status === 303) throw refused('it redirects a POST to a GET');
  if (to.origin === url.origin) return { ...question, url: to };
  if (method === 'POST') throw refused(`credentials are not sent on to ${to.host}`);
  if (url.protocol === 'https:' && to.protocol !== 'https:')
    throw refused(`it redirects from https to ${to.host}`);
  const { authorization: _, ...others } = headers;
  return { url: checkRealm(to.href, registry, realms, false), method, headers: others };
}
