/**
 * Sign-in at an OpenID Connect issuer: authorization code with PKCE, state and nonce. What has to be remembered
 * meanwhile is sealed in a cookie, and so is the session. Loaded only when `dashboard.auth.oidc` is configured.
 */
import { excerpt, LongshoreError } from '@longshore/event';
import type { JWTPayload } from 'jose';
import * as openid from 'openid-client';
import { z } from 'zod';
import type { OidcSettings } from '../settings.js';
import type { SessionUser } from '../user.js';
import { asLongshoreError, boundedFetch, createIssuer } from './issuer.js';
import { PENDING_SECONDS } from './pending.js';
import { createSeal } from './seal.js';

/** See the header. Errors are LongshoreError REQUEST_UNAUTHORIZED (401) and DASHBOARD_ISSUER (503). */
export interface Oidc {
  /** Where to send the browser, and what it has to bring back as a cookie. @param to path that follows the sign-in */
  begin(to: string): Promise<{ location: string; pending: string }>;
  /** @param query of the issuer's redirect @param pending the cookie of `begin` */
  finish(query: string, pending: string | undefined): Promise<{ session: string; to: string }>;
  /** Undefined without a valid session. */
  user(session: string | undefined): Promise<SessionUser | undefined>;
}

const pendingClaims = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  to: z.string(),
});
const sessionClaims = z.object({ sub: z.string(), groups: z.array(z.string()), count: z.number() });

/** @param fetchIt reaches the issuer */
export function createOidc(settings: OidcSettings, fetchIt: typeof fetch): Oidc {
  const { clientsecret, redirecturl, scopes, session: sessionMs, sessionsecret } = settings;
  const seal = createSeal(sessionsecret ?? [clientsecret]);
  const issuer = createIssuer(settings, boundedFetch(fetchIt));
  return {
    async begin(to) {
      const config = await issuer();
      const state = openid.randomState();
      const nonce = openid.randomNonce();
      const verifier = openid.randomPKCECodeVerifier();
      const location = openid.buildAuthorizationUrl(config, {
        redirect_uri: redirecturl,
        scope: [...new Set(['openid', ...scopes])].join(' '),
        ...{ state, nonce, code_challenge_method: 'S256' },
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      });
      const pending = await seal.seal('pending', { state, nonce, verifier, to }, PENDING_SECONDS);
      return { location: location.href, pending };
    },
    async finish(query, pending) {
      const begun = pendingClaims.safeParse(pending && (await seal.open('pending', pending))).data;
      if (!begun) throw unknownSignIn();
      const { state, nonce, verifier, to } = begun;
      // Not from `Host`, which a proxy in front may change.
      const returned = new URL(redirecturl);
      returned.search = query;
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier };
      const config = await issuer();
      const claims = await openid
        .authorizationCodeGrant(config, returned, { ...checks, idTokenExpected: true })
        .then((tokens) => tokens.claims())
        .catch(asLongshoreError);
      const user = userOf(claims ?? {}, settings);
      const { name: sub, groups, groupCount: count } = user;
      const session = await seal.seal('session', { sub, groups: [...groups], count }, sessionMs / 1000);
      return { session, to };
    },
    async user(session) {
      const known = sessionClaims.safeParse(session && (await seal.open('session', session))).data;
      return known && { name: known.sub, groups: known.groups, groupCount: known.count };
    },
  };
}

const unknownSignIn = (): LongshoreError =>
  new LongshoreError(
    'REQUEST_UNAUTHORIZED',
    `this sign-in was not begun in this browser, or more than ${PENDING_SECONDS / 60} minutes ago. Sign in again`,
  );

const nameClaims = z.object({
  preferred_username: z.string().min(1).optional().catch(undefined),
  email: z.string().min(1).optional().catch(undefined),
  sub: z.string().min(1),
});
const groupsClaim = z.union([z.array(z.string()), z.string().transform((group) => [group])]);

function userOf(claims: JWTPayload, { groups: claim, knownGroups }: OidcSettings): SessionUser {
  const { preferred_username, email, sub } = nameClaims.parse(claims);
  const groups = groupsClaim.safeParse(claims[claim] ?? []).data ?? [];
  // Entra ID: beyond 200 groups it sends a link instead, which needs rights of its own to be read.
  const isElsewhere = z.object({ [claim]: z.string() }).safeParse(claims._claim_names).success;
  if (isElsewhere) {
    throw new LongshoreError(
      'REQUEST_UNAUTHORIZED',
      'the issuer sent a link instead of the groups, because you have too many. Let it send only the groups that are assigned to Longshore, or app roles',
    );
  }
  return {
    name: excerpt(preferred_username ?? email ?? sub, 200),
    groups: groups.filter((group) => knownGroups.includes(group)),
    groupCount: groups.length,
  };
}
