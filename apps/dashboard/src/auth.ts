/**
 * Who may see the dashboard, and protection of what it can do. Names and passwords are compared in constant
 * time; a request that changes something must come from the dashboard's own pages.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { isLoopback } from '@longshore/config';
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

/**
 * Without a password only loopback may ask, and by a name of its own: a page of the Internet whose name was
 * turned to 127.0.0.1 meanwhile (DNS rebinding) asks by that name.
 */
export function loopbackNames(users: () => Users): Middleware {
  return async (ctx, next) => {
    if (Object.keys(users()).length === 0 && !isLoopback(ctx.hostname)) {
      ctx.status = 421;
      ctx.body = 'Without dashboard.auth the dashboard answers on localhost and 127.0.0.1 only.\n';
      return;
    }
    await next();
  };
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Why a change of this path is refused at the moment; undefined when it is not. */
export type Refusal = (path: string) => string | undefined;

/** Refuses changes that another site's page posts with the operator's credentials, and what is switched off. */
export function guardChanges(refusal: Refusal): Middleware {
  return async (ctx, next) => {
    if (SAFE_METHODS.has(ctx.method)) return next();
    const site = ctx.get('sec-fetch-site');
    const origin = ctx.get('origin');
    const own = origin ? hostOf(origin) === ctx.host : site === '' || site === 'same-origin';
    if (!own || (site !== '' && site !== 'same-origin')) {
      return refuse(ctx, 'This change was sent by a page of another site and was not carried out.');
    }
    const why = refusal(ctx.path);
    return why === undefined ? next() : refuse(ctx, why);
  };
}

function refuse(ctx: Parameters<Middleware>[0], message: string): void {
  ctx.status = 403;
  // The board shows what it finds under `error`.
  ctx.body = isApi(ctx.path) ? { error: 'REQUEST_REFUSED', message } : { error: message };
}

const isApi = (path: string): boolean => path.startsWith('/api/');

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
