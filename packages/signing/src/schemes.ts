/**
 * How each kind of receiver expects a body to be signed: the mirror of `sources[].auth.hmac`. The headers are those of
 * the senders named: GitHub's webhooks, Flux' generic-hmac receiver, Gitea, Nexus, Artifactory.
 */

/** One HMAC of the body in one header. */
export interface HmacScheme {
  header: string;
  algorithm: 'sha1' | 'sha256' | 'sha512';
  encoding: 'hex' | 'base64';
  /** In front of the digest, in the header's value. */
  prefix: string;
}

/** Schemes that are one HMAC. */
export const HMAC_SCHEMES = {
  github: { header: 'X-Hub-Signature-256', algorithm: 'sha256', encoding: 'hex', prefix: 'sha256=' },
  flux: { header: 'X-Signature', algorithm: 'sha256', encoding: 'hex', prefix: 'sha256=' },
  gitea: { header: 'X-Gitea-Signature', algorithm: 'sha256', encoding: 'hex', prefix: '' },
  nexus: { header: 'X-Nexus-Webhook-Signature', algorithm: 'sha1', encoding: 'hex', prefix: '' },
  jfrog: { header: 'X-JFrog-Event-Auth', algorithm: 'sha256', encoding: 'hex', prefix: '' },
} as const satisfies Record<string, HmacScheme>;

/** As in an endpoint's `sign.scheme`. */
export const SIGN_SCHEMES = ['standard', 'github', 'flux', 'gitea', 'nexus', 'jfrog', 'custom'] as const;

/** One of {@link SIGN_SCHEMES}. */
export type SignScheme = (typeof SIGN_SCHEMES)[number];

/** An endpoint's `sign`, with its secrets resolved. */
export interface SignOptions {
  scheme: SignScheme;
  /** The newest first: a scheme that carries one signature uses it alone. */
  secrets: readonly string[];
  /** Of `custom`. */
  custom?: HmacScheme;
}

/** Undefined for `standard`. @throws Error when `custom` has no header */
export function hmacScheme({ scheme, custom }: SignOptions): HmacScheme | undefined {
  if (scheme === 'standard') return undefined;
  if (scheme !== 'custom') return HMAC_SCHEMES[scheme];
  if (!custom) throw new Error('sign.scheme: custom needs sign.header');
  return custom;
}
