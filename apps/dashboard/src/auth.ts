/**
 * Who may see the dashboard, and which of its changes are switched off. Names and passwords are compared in constant
 * time.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Context, Middleware } from 'koa';

/** User name to password. Empty: everybody may, which is for loopback only. */
export type Users = Readonly<Record<string, string>>;

/** Where guesses are slowed. */
export interface SignIns {
  /** Resolves when the password may be compared; with undefined when too many attempts of the client wait. */
  begin(request: IncomingMessage): Promise<SignIn | undefined>;
}

/** One attempt: one of the two has to be called. */
export interface SignIn {
  passed(): void;
  /** Resolves when it may be answered. */
  failed(): Promise<void>;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** HTTP basic auth for every path. */
export function basicAuth(users: () => Users, signIns: SignIns): Middleware {
  return async (ctx, next) => {
    if (Object.keys(users()).length === 0) return next();
    const header = ctx.get('authorization');
    // A browser asks without a password first: that is no guess.
    if (header === '') return refuse(ctx, 401, 'REQUEST_UNAUTHORIZED', WANTED);
    const attempt = await signIns.begin(ctx.req);
    if (attempt === undefined) return refuse(ctx, 429, 'REQUEST_THROTTLED', THROTTLED);
    // Of this moment: it may have waited.
    if (isKnown(header, Object.entries(users()))) {
      attempt.passed();
      return next();
    }
    await attempt.failed();
    refuse(ctx, 401, 'REQUEST_UNAUTHORIZED', WANTED);
  };
}

const WANTED =
  'The dashboard wants a name and a password: those of `dashboard.auth.basic` in the configuration.';
const THROTTLED = 'Too many wrong passwords came from this address. Wait a second and try again.';

function refuse(ctx: Context, status: 401 | 429, code: string, message: string): void {
  ctx.status = status;
  if (status === 401) ctx.set('WWW-Authenticate', 'Basic realm="longshore", charset="UTF-8"');
  else ctx.set('Retry-After', '1');
  ctx.body = isApi(ctx.path) ? { error: code, message } : `${message}\n`;
}

/** Compares with every user, so that the time tells neither who exists nor how far a guess was right. */
function isKnown(header: string, known: readonly (readonly [string, string])[]): boolean {
  const encoded = /^basic +([A-Za-z0-9+/=_-]+)$/i.exec(header.trim())?.[1] ?? '';
  const given = digest(Buffer.from(encoded, 'base64').toString('utf8'));
  const matches = known.filter(([user, password]) => timingSafeEqual(given, digest(`${user}:${password}`)));
  return matches.length > 0;
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Why a change of this path is refused at the moment; undefined when it is not. */
export type Refusal = (path: string) => string | undefined;

/** Refuses changes that are switched off. Those of other sites' pages the listener has refused before. */
export function guardChanges(refusal: Refusal): Middleware {
  return async (ctx, next) => {
    const why = SAFE_METHODS.has(ctx.method) ? undefined : refusal(ctx.path);
    if (why === undefined) return next();
    ctx.status = 403;
    // The board shows what it finds under `error`.
    ctx.body = isApi(ctx.path) ? { error: 'REQUEST_REFUSED', message: why } : { error: why };
  };
}

const isApi = (path: string): boolean => path.startsWith('/api/');
