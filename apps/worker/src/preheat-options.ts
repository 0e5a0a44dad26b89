/** An endpoint of `kind: preheat` as its sink takes it: secrets resolved, defaults in place. */
import { type PreheatEndpoint, type PreheatSettings, resolved, type Secret } from '@longshore/config';
import type { PreheatSinkOptions } from '@longshore/sinks/preheat';
import { systemTrust } from './trust.js';

/** In milliseconds: a registry may send its event some time before everybody can read the manifest. */
const APPEARS_WITHIN_MS = 120_000;

type Registry = PreheatSinkOptions['registry'];
type Auth = Registry['auth'];

/** @throws LongshoreError SECRET_MISSING */
export function preheatOptions(
  { name, timeout, preheat: settings }: PreheatEndpoint,
  version: string,
): Omit<PreheatSinkOptions, 'memory'> {
  const userAgent = `longshore/${version}`;
  const { delay, window, dryrun } = settings;
  return {
    name,
    userAgent,
    registry: { ...registryOf(settings.registry, timeout), manifestBytes: settings.limits.manifestsize },
    policy: policyOf(settings),
    targets: settings.targets.map((target) => ({
      options: { ...resolved(target), userAgent, trust: systemTrust() },
      concurrency: target.concurrency,
    })),
    delay,
    window,
    dryrun,
    appearsWithin: APPEARS_WITHIN_MS,
  };
}

function registryOf(settings: PreheatSettings['registry'], timeout: number): Registry {
  const { url, auth, tls, hosts, realms, addresses, proxy, reserve, concurrency } = settings;
  return {
    url: url?.reveal(),
    auth: authOf(auth),
    tls: resolved(tls),
    trust: systemTrust(),
    ...(proxy && { proxy: proxy.reveal() }),
    timeout,
    trusted: { realms, addresses },
    reserve,
    hosts,
    concurrency,
  };
}

function authOf({ basic, bearer, identity, file }: PreheatSettings['registry']['auth']): Auth {
  const user = userOf(basic);
  if (user) return user;
  if (bearer) return { bearer: bearer.reveal() };
  if (identity) return { identityToken: identity.reveal() };
  return file ? { dockerConfig: file } : undefined;
}

function userOf(
  basic: Record<string, Secret> | undefined,
): { username: string; password: string } | undefined {
  const [first] = Object.entries(basic ?? {});
  return first && { username: first[0], password: first[1].reveal() };
}

function policyOf(settings: PreheatSettings): PreheatSinkOptions['policy'] {
  const { platforms, artifacts, referrers, attestations, foreign } = settings;
  const { depth, manifests, blobs } = settings.limits;
  return {
    platforms,
    attestations,
    foreignLayers: foreign,
    artifacts: artifacts.length === 0 ? 'images' : artifacts.includes('*') ? 'all' : artifacts,
    referrers: referrers.length === 0 ? 'none' : referrers.includes('*') ? 'all' : referrers,
    ...(settings.minblobsize > 0 && { minBlobSize: settings.minblobsize }),
    ...(settings.maxblobsize !== undefined && { maxBlobSize: settings.maxblobsize }),
    ...(settings.maxtotal !== undefined && { maxTotal: settings.maxtotal }),
    limits: { depth, manifests, blobs },
  };
}
