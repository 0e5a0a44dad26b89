/** Who sent a request, before anything else is done with it. Any configured method is enough; without one all are open. */
import type { IncomingMessage } from 'node:http';
import { LongshoreError } from '@longshore/event';
import { type Actor, roleOfGroups } from '@longshore/operator/access';
import type { Context, Middleware } from 'koa';
import { ownerOf } from './credentials.js';
import { proxyUser } from './proxy.js';
import { answerRefusal, NO_ROLE, SIGN_IN, THROTTLED } from './refusals.js';
import type { AccessSettings } from './settings.js';
import type { GroupUser, SessionUser } from './user.js';

/** Slows down guessing of passwords and tokens. */
export interface SignIns {
  /** Resolves when the secret may be compared; with undefined when too many attempts of this client are waiting. */
  begin(request: IncomingMessage): Promise<SignIn | undefined>;
  /** A sign-in that failed already. Resolves when that may be answered. */
  failed(request: IncomingMessage): Promise<void>;
}

/** One sign-in attempt: exactly one of the two has to be called. */
export interface SignIn {
  passed(): void;
  /** Resolves when the answer may be sent. */
  failed(): Promise<void>;
}

/** What requests are authenticated with. */
export interface Authentication {
  /** Asked for at each request: they follow the configuration. */
  settings(): AccessSettings;
  signIns: SignIns;
  /** The user of the session cookie. */
  sessionUser(ctx: Context): Promise<SessionUser | undefined>;
}

type Identity = Omit<Actor, 'addr'> | 'throttled' | undefined;

/** Sets `ctx.state.actor` (see `actorOf`), or answers 401, 403 or 429. Static files of the pages are for everyone. */
export function authenticate(parts: Authentication): Middleware {
  return async (ctx, next) => {
    const { isOpen, roles } = parts.settings();
    const addr = ctx.req.socket.remoteAddress;
    const admit = (actor: Omit<Actor, 'addr'>): Promise<void> => {
      ctx.state.actor = { ...actor, ...(addr !== undefined && { addr }) } satisfies Actor;
      return next();
    };
    if (isOpen) return admit({ name: '', kind: 'open', role: 'admin' });
    if (ctx.path.startsWith('/assets/')) return admit({ name: '', kind: 'open', role: 'viewer' });

    const withGroups = await groupUser(ctx, parts);
    if (withGroups) {
      const { kind, ...user } = withGroups;
      const role = roleOfGroups(user.groups, roles);
      if (role) return admit({ name: user.name, kind, role });
      return answerRefusal(ctx, NO_ROLE(user), parts.settings());
    }
    const owner = await ownerOfSecret(ctx, parts);
    if (owner === 'throttled') return answerRefusal(ctx, THROTTLED, parts.settings());
    return owner ? admit(owner) : answerRefusal(ctx, SIGN_IN, parts.settings());
  };
}

type WithKind = (GroupUser | SessionUser) & { kind: 'proxy' | 'oidc' };

/** First of all, because a proxy may add an `Authorization` of its own. */
async function groupUser(ctx: Context, parts: Authentication): Promise<WithKind | undefined> {
  try {
    const user = proxyUser(ctx.req, parts.settings().proxy);
    if (user) return { ...user, kind: 'proxy' };
  } catch (error) {
    if (!(error instanceof LongshoreError)) throw error;
    return undefined;
  }
  const user = await parts.sessionUser(ctx);
  return user && { ...user, kind: 'oidc' };
}

async function ownerOfSecret(ctx: Context, { settings, signIns }: Authentication): Promise<Identity> {
  const header = ctx.get('authorization');
  // A browser's first request has no password: that is not a guess.
  if (header === '') return undefined;
  const attempt = await signIns.begin(ctx.req);
  if (attempt === undefined) return 'throttled';
  // Asked for again: the settings may have changed while it waited.
  const owner = ownerOf(header, settings());
  if (owner) attempt.passed();
  else await attempt.failed();
  return owner;
}
