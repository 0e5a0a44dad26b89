/** Sign-in to the dashboard: what cannot work, and what lets no one in. */
import { isLoopback, quote } from '@longshore/settings/format';
import { revealed, type Secret } from '@longshore/settings/secrets';
import type { Config } from '../schema.js';
import type { Step } from '../yaml/node.js';
import type { Check } from './check.js';

/** See the header. */
export function checkDashboard({ dashboard }: Config, { problems }: Check): void {
  const { auth, roles } = dashboard;
  const path = ['dashboard', 'auth'];
  for (const [name, { secret }] of Object.entries(auth.tokens ?? {})) {
    if (secret.length === 0)
      problems.error([...path, 'tokens', name, 'secret'], 'is missing; write env:NAME');
    if (!/^[\w.@-]{1,64}$/.test(name)) {
      problems.error(
        [...path, 'tokens', name],
        `the name ${quote(name)} is in records: use 1 to 64 letters, digits and . _ @ -`,
      );
    }
  }
  if (auth.proxy?.from.length === 0) {
    problems.error([...path, 'proxy', 'from'], 'is empty: name the networks of the proxy, such as 10.0.0.5');
  }
  if (auth.oidc) {
    checkUrl(auth.oidc.issuer, [...path, 'oidc', 'issuer'], problems);
    checkRedirect(auth.oidc.redirecturl, [...path, 'oidc', 'redirecturl'], problems);
  }
  const hasGroups = Object.values(roles).some((groups) => groups.length > 0);
  if ((auth.proxy || auth.oidc) && !hasGroups) {
    problems.warning(
      ['dashboard', 'roles'],
      'no group has a role, so every user of auth.proxy and auth.oidc is refused. Write admin: [group], or viewer: ["*"]',
    );
  }
  if (!auth.proxy && !auth.oidc && hasGroups) {
    problems.warning(
      ['dashboard', 'roles'],
      'has no effect: only users of auth.proxy and auth.oidc have groups',
    );
  }
}

function checkUrl(setting: Secret, path: Step[], problems: Check['problems']): URL | undefined {
  const text = revealed(setting);
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol !== 'https:' && !isLoopback(url.hostname)) {
    problems.error(path, 'has no TLS, so a host on the way could sign in as anyone; write https://');
  }
  return url;
}

function checkRedirect(setting: Secret, path: Step[], problems: Check['problems']): void {
  const url = checkUrl(setting, path, problems);
  if (url === undefined) return;
  const first = url.pathname.split('/')[1] ?? '';
  if (first === '' || PAGES.has(first)) {
    problems.error(
      path,
      `has the path ${quote(url.pathname)}, which is one of the dashboard’s pages; write /signed-in`,
    );
  }
}

/** First words of the dashboard's own paths. */
const PAGES = new Set(
  'api assets dead deliveries doctor endpoints event events explain images live operations pull pulls push pushes quarantine queues replay repositories repository search sign-in sign-in-with-password sign-out statistics tag unused'.split(
    ' ',
  ),
);
