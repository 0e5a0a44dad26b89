/** Sign-in to the dashboard, and changes that are switched off. Names and passwords are compared in constant time. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Context, Middleware } from 'koa';

/** Password by user name. Empty: no sign-in, which is allowed on loopback only. */
export type Users = Readonly<Record<string, string>>;

/** Slows down password guessing. */
export interface SignIns {
  /** Resolves when the password may be compared; with undefined when too many attempts of this client are waiting. */
  begin(request: IncomingMessage): Promise<SignIn | undefined>;
}

/** One sign-in attempt: exactly one of the two has to be called. */
export interface SignIn {
  passed(): void;
  /** Resolves when the answer may be sent. */
  failed(): Promise<void>;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** HTTP basic authentication for every path. */
export function basicAuth(users: () => Users, signIns: SignIns): Middleware {
  return async (ctx, next) => {
    if (Object.keys(users()).length === 0) return next();
    const header = ctx.get('authorization');
    // A browser's first request has no password: that is not a guess.
    if (header === '') return refuse(ctx, 401, 'REQUEST_UNAUTHORIZED', SIGN_IN);
    const attempt = await signIns.begin(ctx.req);
    if (attempt === undefined) return refuse(ctx, 429, 'REQUEST_THROTTLED', THROTTLED);
    // Read again: the users may have changed while it waited.
    if (isKnown(header, Object.entries(users()))) {
      attempt.passed();
      return next();
    }
    await attempt.failed();
    refuse(ctx, 401, 'REQUEST_UNAUTHORIZED', SIGN_IN);
  };
}

const SIGN_IN = 'Sign in with a user and password of `dashboard.auth.basic` in the configuration.';
const THROTTLED = 'Too many failed sign-ins from this address. Wait a second and try again.';

function refuse(ctx: Context, status: 401 | 429, code: string, message: string): void {
  ctx.status = status;
  if (status === 401) ctx.set('WWW-Authenticate', 'Basic realm="longshore", charset="UTF-8"');
  else ctx.set('Retry-After', '1');
  ctx.body = isApi(ctx.path) ? { error: code, message } : `${message}\n`;
}

/** Compares with every user, so that the time reveals neither which users exist nor how close a guess was. */
function isKnown(header: string, known: readonly (readonly [string, string])[]): boolean {
  const encoded = /^basic +([A-Za-z0-9+/=_-]+)$/i.exec(header.trim())?.[1] ?? '';
  const sent = digest(Buffer.from(encoded, 'base64').toString('utf8'));
  const matches = known.filter(([user, password]) => timingSafeEqual(sent, digest(`${user}:${password}`)));
  return matches.length > 0;
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Why changes below this path are refused at present; undefined when they are allowed. */
export type Refusal = (path: string) => string | undefined;

/** Refuses changes that are switched off. The listener has already refused requests from pages of other sites. */
export function guardChanges(refusal: Refusal): Middleware {
  return async (ctx, next) => {
    const why = SAFE_METHODS.has(ctx.method) ? undefined : refusal(ctx.path);
    if (why === undefined) return next();
    ctx.status = 403;
    // bull-board shows the field `error`.
    ctx.body = isApi(ctx.path) ? { error: 'REQUEST_REFUSED', message: why } : { error: why };
  };
}

const isApi = (path: string): boolean => path.startsWith('/api/');
