/** Who may sign in, with the secrets resolved. */
import { type Config, type DashboardRole, isLoopback, networkMatcher, revealAll } from '@longshore/config';
import { LongshoreError } from '@longshore/event';

/** The settings of `dashboard.auth.oidc`, secrets resolved. */
export interface OidcSettings {
  issuer: string;
  clientid: string;
  clientsecret: string;
  redirecturl: string;
  /** Claim with the groups. */
  groups: string;
  scopes: readonly string[];
  /** Lifetime of a session, ms. */
  session: number;
  sessionsecret?: readonly string[];
  /** Groups that have a role. Only these are kept: a cookie has 4 KB. */
  knownGroups: readonly string[];
}

/** Methods of signing in; with none of them the dashboard is open, which is allowed on loopback only. */
export interface AccessSettings {
  isOpen: boolean;
  /** Password by user. */
  basic: Readonly<Record<string, string>>;
  /** By name. Each of the secrets is valid. */
  tokens: Readonly<Record<string, { secret: readonly string[]; role: DashboardRole }>>;
  proxy?: {
    /** Names of the headers, in lower case. */
    header: string;
    groups: string;
    /** Whether an address is one of the proxy's. */
    isProxy(address: string | undefined): boolean;
  };
  oidc?: OidcSettings;
  /** Groups by role. */
  roles: Readonly<Record<DashboardRole, readonly string[]>>;
}

/** Whether a configuration asks for a sign-in. */
export const asksForSignIn = ({ dashboard: { auth } }: Config): boolean =>
  Object.keys(auth.basic ?? {}).length > 0 ||
  Object.keys(auth.tokens ?? {}).length > 0 ||
  auth.proxy !== undefined ||
  auth.oidc !== undefined;

/** @throws LongshoreError DASHBOARD_OPEN, SECRET_MISSING */
export function accessSettings(config: Config): AccessSettings {
  const { auth, listen, roles } = config.dashboard;
  const isOpen = !asksForSignIn(config);
  if (isOpen && !isLoopback(listen.host)) {
    throw new LongshoreError(
      'DASHBOARD_OPEN',
      `the dashboard listens on ${listen.host || 'all addresses'}, which other machines can reach, without a sign-in; set dashboard.auth.basic or another of dashboard.auth, or dashboard.listen to 127.0.0.1`,
    );
  }
  const { basic = {}, tokens = {}, proxy, oidc } = revealAll(auth);
  return {
    isOpen,
    basic,
    tokens,
    ...(proxy && {
      proxy: {
        header: proxy.header.toLowerCase(),
        groups: proxy.groups.toLowerCase(),
        isProxy: networkMatcher(proxy.from),
      },
    }),
    ...(oidc && { oidc: { ...oidc, knownGroups: Object.values(roles).flat() } }),
    roles,
  };
}
