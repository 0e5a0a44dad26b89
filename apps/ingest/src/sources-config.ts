/** The configured sources with their secrets resolved, as the sources want them. */
import { type Auth, type Config, revealAll } from '@longshore/config';
import { createFetch, systemTrust, type TlsOptions } from '@longshore/network';
import { Egress } from '@longshore/network/egress';
import type { ResolvedAuth, SourcesConfig } from '@longshore/sources';

/** @throws LongshoreError SECRET_MISSING naming the reference */
export function sourcesConfig({ sources, ingest, notifications, egress: rules }: Config): SourcesConfig {
  const egress = new Egress(rules);
  return {
    sources: sources.map(({ auth, name, kind, from, options }) => ({
      ...{ name, kind, from, options, auth: resolve(auth, egress) },
    })),
    auth: resolve(ingest.auth, egress),
    includeReferences: notifications.events.includereferences,
  };
}

function resolve(written: Auth, egress: Egress): ResolvedAuth {
  const { hmac, oidc, ...auth } = revealAll(written);
  const { secret: secrets = [], ...format } = hmac ?? {};
  return {
    ...auth,
    ...(hmac && { hmac: { ...format, secrets } }),
    ...(oidc && { oidc: { audience: [], ...oidc, fetch: fetchFor(oidc.tls, egress) } }),
  };
}

const fetchFor = (tls: TlsOptions | undefined, egress: Egress) =>
  createFetch({ ...(tls && { tls }), trust: systemTrust(), egress });
