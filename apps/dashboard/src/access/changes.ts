/** Changes that are switched off, or not for everybody. */
import type { Actor } from '@longshore/operator/access';
import type { Context, Middleware } from 'koa';
import { actorOf } from './routes.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a method changes nothing. */
export const isSafe = (method: string): boolean => SAFE_METHODS.has(method);

/** Why a change is refused at present; undefined when it is allowed. */
export type ChangeRefusal = (ctx: Context, actor: Actor) => string | undefined;

/** Refuses changes. The listener has already refused requests from pages of other sites. */
export function guardChanges(refusal: ChangeRefusal): Middleware {
  return async (ctx, next) => {
    const why = isSafe(ctx.method) ? undefined : refusal(ctx, actorOf(ctx));
    if (why === undefined) return next();
    ctx.status = 403;
    // bull-board shows the field `error`.
    const isApi = ctx.path.startsWith('/api/');
    ctx.body = isApi ? { error: 'REQUEST_REFUSED', message: why } : { error: why };
  };
}
