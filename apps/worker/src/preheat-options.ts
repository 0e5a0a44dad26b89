/** An endpoint of `kind: preheat` as its sink takes it: secrets resolved, defaults in place. */
import {
  type CopyEndpoint,
  type PreheatEndpoint,
  type PreheatSettings,
  resolved,
  revealAll,
} from '@longshore/config';
import { systemTrust } from '@longshore/network';
import type { Egress } from '@longshore/network/egress';
import type { CopySinkOptions, PreheatSinkOptions } from '@longshore/sinks/preheat';
import { registryAuthOf } from './registry-auth.js';

/** In milliseconds: a registry may send its event some time before everybody can read the manifest. */
const APPEARS_WITHIN_MS = 120_000;

type Registry = PreheatSinkOptions['registry'];

/** @throws LongshoreError SECRET_MISSING */
export function preheatOptions(
  { name, timeout, preheat: settings }: PreheatEndpoint,
  version: string,
  egress: Egress,
): Omit<PreheatSinkOptions, 'memory'> {
  const userAgent = `longshore/${version}`;
  const { delay, window, dryrun } = settings;
  return {
    name,
    userAgent,
    registry: {
      ...registryOf(settings.registry, timeout),
      egress,
      manifestBytes: settings.limits.manifestsize,
    },
    policy: policyOf(settings),
    targets: settings.targets.map((target) => ({
      options: {
        ...resolved(target),
        tls: revealAll(target.tls),
        ...{ userAgent, egress, trust: systemTrust() },
      },
      concurrency: target.concurrency,
    })),
    delay,
    window,
    dryrun,
    appearsWithin: APPEARS_WITHIN_MS,
  };
}

function registryOf(settings: PreheatSettings['registry'], timeout: number): Registry {
  const { auth, realms, addresses, ...rest } = revealAll(settings);
  return {
    ...rest,
    auth: registryAuthOf(auth),
    trust: systemTrust(),
    timeout,
    trusted: { realms, addresses },
  };
}

/** An endpoint of `kind: copy`. @throws LongshoreError SECRET_MISSING */
export function copyOptions(
  { name, timeout, copy: settings }: CopyEndpoint,
  version: string,
  egress: Egress,
): Omit<CopySinkOptions, 'memory'> {
  const { platforms, artifacts, referrers, deletes, delay, limits } = settings;
  const { prefix, concurrency } = settings.target;
  const manifestBytes = limits.manifestsize;
  const { trusted, ...target } = registryOf({ ...settings.target, hosts: [], reserve: 0 }, timeout);
  const { trusted: own, ...source } = registryOf({ ...settings.registry, hosts: [] }, timeout);
  const { depth, manifests, blobs } = limits;
  return {
    ...{ name, userAgent: `longshore/${version}`, deletes, delay, appearsWithin: APPEARS_WITHIN_MS },
    registry: {
      ...source,
      ...{ url: settings.registry.url.reveal(), egress, manifestBytes },
      trusted: { ...own, settings: 'copy.registry.' },
    },
    target: {
      ...target,
      ...{ url: settings.target.url.reveal(), egress, manifestBytes, prefix, concurrency },
      trusted: { ...trusted, settings: 'copy.target.' },
    },
    policy: {
      platforms,
      whole: platforms.length === 0,
      attestations: true,
      foreignLayers: false,
      artifacts: artifacts.length === 0 ? 'images' : artifacts.includes('*') ? 'all' : artifacts,
      referrers: referrers ? 'all' : 'none',
      limits: { depth, manifests, blobs },
    },
  };
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
