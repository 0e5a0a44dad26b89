/** The configured sources with their secrets resolved, as the sources want them. */
import type { Auth, Config, Secret } from '@longshore/config';
import type { ResolvedAuth, SourcesConfig } from '@longshore/sources';

/** @throws LongshoreError SECRET_MISSING naming the reference */
export function sourcesConfig({ sources, ingest, notifications }: Config): SourcesConfig {
  return {
    sources: sources.map(({ name, kind, auth, options }) => ({ name, kind, auth: resolve(auth), options })),
    auth: resolve(ingest.auth),
    includeReferences: notifications.events.includereferences,
  };
}

const reveal = (secrets: readonly Secret[]): string[] => secrets.map((secret) => secret.reveal());

const revealAll = (named: Record<string, readonly Secret[]>): Record<string, string[]> =>
  Object.fromEntries(Object.entries(named).map(([name, secrets]) => [name, reveal(secrets)]));

function resolve(auth: Auth): ResolvedAuth {
  const { secret = [], ...format } = auth.hmac ?? {};
  return {
    ...(auth.bearer && { bearer: reveal(auth.bearer) }),
    ...(auth.basic && { basic: revealAll(auth.basic) }),
    ...(auth.header && { header: revealAll(auth.header) }),
    ...(auth.token && { token: reveal(auth.token) }),
    ...(auth.hmac && { hmac: { ...format, secrets: reveal(secret) } }),
    ...(auth.oidc && { oidc: { audience: [], ...auth.oidc } }),
  };
}
