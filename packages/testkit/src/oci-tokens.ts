/** A token server's rules: who gets a token, what it is for, and when it stops working. */
import { Buffer } from 'node:buffer';
import type { ReceivedRequest } from './receiver.js';
import type { Reply } from './reply.js';

/** Who gets a token, and how. */
export interface TokenOptions {
  /** `name:password`. Without: everybody gets tokens. */
  user?: string;
  /** Gets tokens by POST; a GET is then refused. */
  refreshToken?: string;
  /** Answers GET with 405, as some OAuth2 servers do. */
  onlyPost?: boolean;
  /** Fields of the answer instead of `token` and `expires_in: 300`. */
  answer?: (token: string) => Record<string, unknown>;
}

/** A token server, and what it was asked for. */
export interface TokenIssuer {
  /** What was asked for, in order: grant, service, scope, account. */
  readonly asked: Record<string, string>[];
  /** No token that was given out so far works any longer. */
  revoke(): void;
  answer(request: ReceivedRequest): Reply;
  accepts(authorization: string | undefined, repository: string): boolean;
}

/** Tokens that name their scope; each one is different. */
export function tokens(options: TokenOptions = {}): TokenIssuer {
  const asked: Record<string, string>[] = [];
  const valid = new Map<string, string>();
  const answer = (request: ReceivedRequest): Reply => {
    const post = request.method === 'POST';
    const text = post ? request.body : (request.url.split('?')[1] ?? '');
    const given = Object.fromEntries(new URLSearchParams(text));
    asked.push({ method: request.method, ...given });
    if (options.onlyPost && !post) return { status: 405 };
    if (!isAllowed(request, given, options)) return { status: 401 };
    const token = `token-${asked.length}`;
    valid.set(token, given.scope ?? '');
    const fields = options.answer?.(token) ?? { token, expires_in: 300 };
    return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(fields) };
  };
  return {
    asked,
    revoke: () => valid.clear(),
    answer,
    accepts: (authorization, repository) => {
      const scope = valid.get(authorization?.replace(/^Bearer /, '') ?? '');
      return scope !== undefined && (repository === '' || scope === `repository:${repository}:pull`);
    },
  };
}

function isAllowed(
  { headers }: ReceivedRequest,
  given: Record<string, string>,
  { user, refreshToken }: TokenOptions,
): boolean {
  if (given.grant_type === 'refresh_token') return given.refresh_token === refreshToken;
  if (given.grant_type === 'password') return `${given.username}:${given.password}` === user;
  if (refreshToken !== undefined) return false;
  return user === undefined || headers.authorization === `Basic ${Buffer.from(user).toString('base64')}`;
}
