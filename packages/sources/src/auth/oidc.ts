/** `auth.oidc` of a source, as it is checked when the configuration is read. `oidc-check.ts`, which loads jose, reads tokens. */

/** `auth.oidc` of a source. */
export interface OidcAuth {
  /** Google unless set. */
  issuer?: string;
  /** The token must be for one of them. */
  audience: readonly string[];
  /** Where the issuer's keys are; known for Google. */
  jwks?: string;
  /** Accounts, by verified address. */
  email?: readonly string[];
  /** Accounts, by `sub`. */
  subject?: readonly string[];
  /** With what the keys are fetched. Default: node's own. */
  fetch?: typeof fetch;
}

/** Google's own names for itself, and where its keys are (its OpenID discovery document). */
export const GOOGLE = {
  issuers: ['https://accounts.google.com', 'accounts.google.com'],
  jwks: 'https://www.googleapis.com/oauth2/v3/certs',
};

/** Why the settings cannot be used, in words that follow `auth.oidc`; undefined when they can. */
export function oidcFault({ issuer, audience, jwks, email, subject }: OidcAuth): string | undefined {
  if (audience.length === 0) return 'has no audience; write the one that the sender asks its token for';
  if (!email?.length && !subject?.length) {
    return 'names no account, so every account of the issuer would be let in; write email or subject';
  }
  if (jwks === undefined && !isGoogle(issuer)) return 'has no jwks; write the url of the issuer’s keys';
  return jwks === undefined ? undefined : keysFault(jwks);
}

/** This machine, as `URL` writes it whatever the spelling was. */
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** Over plain http a host on the way could answer with keys of its own, and so decide who may post. */
function keysFault(jwks: string): string | undefined {
  const isHttp = /^https?:\/\/[^\s/]/i.test(jwks) && URL.canParse(jwks);
  if (!isHttp) return 'has a jwks that is no http url; write the https:// url of the issuer’s keys';
  const { protocol, hostname, username, password } = new URL(jwks);
  if (username || password)
    return 'has a jwks with a user or password, which cannot be fetched; leave it out';
  if (protocol !== 'https:' && !LOOPBACK.test(hostname)) {
    return 'has a jwks without TLS, so a host on the way could replace the issuer’s keys; write https://';
  }
  return undefined;
}

/** Whether the issuer is Google, which is the default. */
export function isGoogle(issuer: string | undefined): boolean {
  return issuer === undefined || GOOGLE.issuers.includes(issuer);
}
