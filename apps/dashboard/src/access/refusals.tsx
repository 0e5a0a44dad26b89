/** Answers to those who may not come in: a page for a person, JSON for the API, a line for other programs. */
import type { Context } from 'koa';
import { page } from '../pages/layout.js';
import { Message } from '../pages/message.js';
import { PASSWORD_PATH, signInPath } from './paths.js';
import type { AccessSettings } from './settings.js';
import type { GroupUser, SessionUser } from './user.js';

/** Why a request is not passed on, and what to do about it. */
export interface Refusal {
  status: 401 | 403 | 429 | 503;
  code: string;
  title: string;
  /** One sentence or more each. */
  text: readonly string[];
  /** Path that follows the next sign-in; the one that was asked for unless given. */
  to?: string;
}

/** No one is signed in. */
export const SIGN_IN: Refusal = {
  status: 401,
  code: 'REQUEST_UNAUTHORIZED',
  title: 'Sign in',
  text: [],
};

/** Too many failures from the address. */
export const THROTTLED: Refusal = {
  status: 429,
  code: 'REQUEST_THROTTLED',
  title: 'Too many failed sign-ins',
  text: ['Too many failed sign-ins from this address. Wait a second and try again.'],
};

/** Signed in, in no group that has a role. */
export const NO_ROLE = (user: GroupUser | SessionUser): Refusal => {
  const count = 'groupCount' in user ? user.groupCount : user.groups.length;
  const groups =
    count === 0 ? 'your account was sent without groups' : `none of your groups (${count}) has a role`;
  return {
    status: 403,
    code: 'REQUEST_REFUSED',
    title: 'No access',
    text: [
      `You are signed in as ${user.name}, but ${groups}.`,
      count === 0
        ? 'Ask an administrator of Longshore to let the issuer or proxy send your groups (see dashboard.auth in the configuration). Then sign in again.'
        : 'Ask an administrator of Longshore to add one of your groups to dashboard.roles in the configuration. Then sign in again.',
    ],
  };
};

/** Sends the answer. */
export function answerRefusal(ctx: Context, refusal: Refusal, settings: AccessSettings): void {
  const { status, code, title } = refusal;
  const text = refusal.text.length > 0 ? refusal.text : [waysIn(settings)];
  ctx.status = status;
  if (status === 401) challenge(ctx, settings);
  if (status === 429) ctx.set('Retry-After', '1');
  if (ctx.path.startsWith('/api/')) ctx.body = { error: code, message: text.join(' ') };
  else if (!wantsPage(ctx)) ctx.body = `${text.join(' ')}\n`;
  else {
    ctx.type = 'html';
    const to = refusal.to ?? (ctx.method === 'GET' ? ctx.url : '/');
    const links = linksFor(to, status, settings);
    const tone = status === 401 ? 'warn' : 'bad';
    ctx.body = page({
      title,
      bare: true,
      site: ctx.state.site,
      children: <Message title={title} text={text} tone={tone} links={links} />,
    });
  }
}

const wantsPage = (ctx: Context): boolean => ctx.get('accept').includes('text/html');

function waysIn({ basic, tokens, proxy, oidc }: AccessSettings): string {
  const ways = [
    ...(oidc ? ['at your identity provider'] : []),
    ...(proxy ? ['through the proxy of `dashboard.auth.proxy`'] : []),
    ...(Object.keys(basic).length > 0 ? ['with a user and password of `dashboard.auth.basic`'] : []),
    ...(Object.keys(tokens).length > 0 ? ['with a token of `dashboard.auth.tokens` (scripts)'] : []),
  ];
  return `Sign in ${ways.join(', or ')}.`;
}

/** A browser shows its own dialog for `Basic`; with an issuer it does so only where a password was asked for. */
function challenge(ctx: Context, { basic, tokens, oidc }: AccessSettings): void {
  const hasBasic = Object.keys(basic).length > 0 && (!oidc || ctx.path === PASSWORD_PATH);
  const schemes = [
    ...(hasBasic ? ['Basic realm="longshore", charset="UTF-8"'] : []),
    ...(Object.keys(tokens).length > 0 || !hasBasic ? ['Bearer realm="longshore"'] : []),
  ];
  ctx.set('WWW-Authenticate', schemes.join(', '));
}

function linksFor(to: string, status: number, { basic, oidc }: AccessSettings) {
  if (!oidc) return [];
  const again = { href: signInPath(to), text: status === 403 ? 'Sign in again' : 'Sign in' };
  if (status === 403 || Object.keys(basic).length === 0) return [again];
  return [again, { href: signInPath(to, PASSWORD_PATH), text: 'Use a password' }];
}
