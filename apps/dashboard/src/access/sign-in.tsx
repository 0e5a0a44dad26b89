/**
 * The paths of the sign-in at an issuer: begin, return, sign out. They are there for everyone. The code of OpenID
 * Connect is loaded by the first request that needs it.
 */
import { ERRORS, LongshoreError } from '@longshore/event';
import type { Context, Middleware } from 'koa';
import { page } from '../pages/layout.js';
import { Message } from '../pages/message.js';
import type { SignIns } from './authenticate.js';
import { cookiesOf } from './cookies.js';
import type { Oidc } from './oidc/oidc.js';
import { PENDING_SECONDS } from './oidc/pending.js';
import { ownPath, PASSWORD_PATH, SIGN_IN_PATH, SIGN_OUT_PATH, signInPath } from './paths.js';
import { answerRefusal, type Refusal } from './refusals.js';
import { actorOf } from './routes.js';
import type { AccessSettings, OidcSettings } from './settings.js';
import type { SessionUser } from './user.js';

/** What the sign-in works with. */
export interface SignInParts {
  settings(): AccessSettings;
  signIns: SignIns;
  /** Reaches the issuer. */
  fetch: typeof fetch;
  /** A sign-in failed that was no guess of a secret, for the log. */
  onTrouble(error: unknown): void;
}

/** See the header. */
export interface SignInFlow {
  /** Answers the paths of the sign-in; passes on all others. */
  middleware: Middleware;
  /** After `authenticate`: a password was accepted, so the page that was asked for follows. */
  afterPassword: Middleware;
  sessionUser(ctx: Context): Promise<SessionUser | undefined>;
}

/** See the header. */
export function createSignIn({ settings, signIns, fetch, onTrouble }: SignInParts): SignInFlow {
  let loaded: { of: OidcSettings; oidc: Promise<Oidc> } | undefined;
  const load = async (of: OidcSettings): Promise<Oidc> =>
    (await import('./oidc/oidc.js')).createOidc(of, fetch);
  /** Made again for changed settings: each configuration has its own object. */
  const oidcOf = (of: OidcSettings): Promise<Oidc> => {
    if (loaded?.of !== of) loaded = { of, oidc: load(of) };
    return loaded.oidc;
  };

  const begin = async (ctx: Context, oidc: OidcSettings): Promise<void> => {
    const { location, pending } = await (await oidcOf(oidc)).begin(ownPath(ctx.query.to));
    cookiesOf(ctx, oidc).set('pending', pending, PENDING_SECONDS);
    seeOther(ctx, location);
  };
  const finish = async (ctx: Context, oidc: OidcSettings): Promise<void> => {
    const cookies = cookiesOf(ctx, oidc);
    try {
      const { session, to } = await (await oidcOf(oidc)).finish(ctx.querystring, cookies.get('pending'));
      cookies.set('session', session, oidc.session / 1000);
      seeOther(ctx, to);
    } catch (error) {
      // An issuer that is away is no guess.
      if (error instanceof LongshoreError && error.code === 'REQUEST_UNAUTHORIZED')
        await signIns.failed(ctx.req);
      throw error;
    } finally {
      cookies.drop('pending');
    }
  };

  const answer = async (ctx: Context, oidc: OidcSettings, how: typeof begin): Promise<void> => {
    try {
      await how(ctx, oidc);
    } catch (error) {
      if (!(error instanceof LongshoreError)) throw error;
      onTrouble(error.cause ?? error);
      answerRefusal(ctx, refusalOf(error), settings());
    }
  };

  return {
    async middleware(ctx, next) {
      const { oidc } = settings();
      if (!oidc) return next();
      if (isGet(ctx, SIGN_IN_PATH)) return answer(ctx, oidc, begin);
      if (isGet(ctx, new URL(oidc.redirecturl).pathname)) return answer(ctx, oidc, finish);
      if (ctx.path !== SIGN_OUT_PATH || ctx.method !== 'POST') return next();
      cookiesOf(ctx, oidc).drop('session');
      showSignedOut(ctx);
    },
    afterPassword: (ctx, next) => {
      if (!isGet(ctx, PASSWORD_PATH)) return next();
      // With a session no one was asked for a password.
      seeOther(ctx, actorOf(ctx).kind === 'basic' ? ownPath(ctx.query.to) : '/');
    },
    async sessionUser(ctx) {
      const { oidc } = settings();
      const session = oidc && cookiesOf(ctx, oidc).get('session');
      return oidc && session ? (await oidcOf(oidc)).user(session) : undefined;
    },
  };
}

const isGet = (ctx: Context, path: string): boolean => ctx.path === path && ctx.method === 'GET';

function seeOther(ctx: Context, location: string): void {
  ctx.status = 303;
  ctx.set('Location', location);
}

function refusalOf({ code, message }: LongshoreError): Refusal {
  const { status = 500 } = ERRORS[code];
  const text = [`${message.charAt(0).toUpperCase()}${message.slice(1)}.`];
  return { status: status as Refusal['status'], code, title: 'Sign-in failed', text, to: '/' };
}

function showSignedOut(ctx: Context): void {
  const title = 'Signed out';
  const text = [
    'Your session here is over. The session at your identity provider may continue: sign out there too.',
  ];
  const links = [{ href: signInPath('/'), text: 'Sign in' }];
  ctx.type = 'html';
  ctx.body = page({
    title,
    bare: true,
    children: <Message title={title} text={text} tone="good" links={links} />,
  });
}
