/** The configured sources with their secrets resolved, as the sources want them. */
import { type Auth, type Config, revealAll } from '@longshore/config';
import type { ResolvedAuth, SourcesConfig } from '@longshore/sources';

/** @throws LongshoreError SECRET_MISSING naming the reference */
export function sourcesConfig({ sources, ingest, notifications }: Config): SourcesConfig {
  return {
    sources: sources.map(({ name, kind, auth, from, options }) => ({
      name,
      kind,
      from,
      auth: resolve(auth),
      options,
    })),
    auth: resolve(ingest.auth),
    includeReferences: notifications.events.includereferences,
  };
}

function resolve(written: Auth): ResolvedAuth {
  const { hmac, oidc, ...auth } = revealAll(written);
  const { secret: secrets = [], ...format } = hmac ?? {};
  return {
    ...auth,
    ...(hmac && { hmac: { ...format, secrets } }),
    ...(oidc && { oidc: { audience: [], ...oidc } }),
  };
}
