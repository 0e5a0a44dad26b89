/**
 * One image, copied now, for a command: the same sink as that of an endpoint of kind copy, in the command's process
 * and with a memory of its own. One attempt, no queue.
 */
import type { Config, CopyEndpoint } from '@longshore/config';
import type { PreheatRun } from '@longshore/event';
import { systemTrust } from '@longshore/network';
import { Egress } from '@longshore/network/egress';
import { openSink } from '@longshore/sinks';
import { type CopySinkOptions, createLocalMemory } from '@longshore/sinks/preheat';
import { deliveryFor, type NamedImage, untilSettled, type Waiting } from './preheat-once.js';
import { copyOptions } from './preheat-options.js';

/** A registry as it is named by hand. */
export interface CopySide extends NamedImage {
  /** Base url. */
  registry: string;
}

/** What is to be copied, and with what. */
export interface CopyOnceParts extends Waiting {
  /** Of a relay: its endpoints of kind copy know credentials, and it says where connections may lead. */
  config?: Config;
  /** Path of docker's `config.json`, for registries that no endpoint knows; absent: anonymous. */
  dockerConfig?: string;
  from: CopySide;
  to: CopySide;
  /** Empty: all. */
  platforms: readonly string[];
  referrers: boolean;
  version: string;
}

/** Milliseconds without progress. */
const TIMEOUT_MS = 30_000;
/** Parts at once. */
const CONCURRENCY = 4;
const LIMITS = { depth: 4, manifests: 500, blobs: 5_000 };

/** @returns what it came to; undefined when it was given up because of the signal. Throws LongshoreError SECRET_MISSING */
export async function copyOnce(parts: CopyOnceParts): Promise<PreheatRun | undefined> {
  const { from, to, platforms, referrers, version, signal } = parts;
  const runs: PreheatRun[] = [];
  const { repository, tag } = to;
  const sink = openSink('copy', {
    ...{ name: 'copy', userAgent: `longshore/${version}`, deletes: false, delay: 0, appearsWithin: 0 },
    registry: { ...registryAt(from, 'registry', parts), hosts: [], concurrency: CONCURRENCY },
    target: { ...registryAt(to, 'target', parts), prefix: '', concurrency: CONCURRENCY, repository, tag },
    policy: {
      platforms,
      whole: platforms.length === 0,
      attestations: true,
      foreignLayers: false,
      artifacts: 'all',
      referrers: referrers ? 'all' : 'none',
      limits: LIMITS,
    },
    any: true,
    memory: createLocalMemory((run) => void runs.push(run)),
  });
  try {
    const outcome = await untilSettled(deliveryFor('copy', from), sink, parts);
    return outcome === 'aborted' || signal.aborted ? undefined : runs[0];
  } finally {
    await sink.close();
  }
}

type Registry = Pick<CopySinkOptions['target'], 'url' | 'timeout' | 'auth' | 'tls' | 'egress' | 'trust'>;

/** As an endpoint of kind copy has it, else with docker's credentials. */
function registryAt(
  { registry: url }: CopySide,
  side: 'registry' | 'target',
  { config, dockerConfig, version }: CopyOnceParts,
): Registry {
  const egress = new Egress(config?.egress);
  const known = config?.notifications.endpoints.find((endpoint): endpoint is CopyEndpoint => {
    if (endpoint.kind !== 'copy') return false;
    return new URL(endpoint.copy[side].url.reveal()).host === new URL(url).host;
  });
  if (known) return copyOptions(known, version, egress)[side];
  const auth = dockerConfig === undefined ? undefined : { dockerConfig };
  return { url, timeout: TIMEOUT_MS, ...(auth && { auth }), egress, trust: systemTrust() };
}
