/**
 * Who may see the dashboard, and which of its changes are switched off. Names and passwords are compared in constant
 * time.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Middleware } from 'koa';

/** User name to password. Empty: everybody may, which is for loopback only. */
export type Users = Readonly<Record<string, string>>;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** HTTP basic auth for every path. */
export function basicAuth(users: () => Users): Middleware {
  return async (ctx, next) => {
    const known = Object.entries(users());
    if (known.length > 0 && !isKnown(ctx.get('authorization'), known)) {
      ctx.status = 401;
      ctx.set('WWW-Authenticate', 'Basic realm="longshore", charset="UTF-8"');
      const message =
        'The dashboard wants a name and a password: those of `dashboard.auth.basic` in the configuration.';
      ctx.body = isApi(ctx.path) ? { error: 'REQUEST_UNAUTHORIZED', message } : `${message}\n`;
      return;
    }
    await next();
  };
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
