/**
 * One image, copied now, for a command: the same sink as that of an endpoint of kind copy, in the command's process
 * and with a memory of its own. One attempt, no queue.
 */
import type { PreheatRun } from '@longshore/event';
import { openSink } from '@longshore/sinks';
import { createLocalMemory } from '@longshore/sinks/preheat';
import { type RegistryFinder, registryAt } from './copy-registry.js';
import { deliveryFor, type NamedImage, untilSettled, type Waiting } from './preheat-once.js';

/** A registry as it is named by hand. */
export interface CopySide extends NamedImage {
  /** Base url. */
  registry: string;
}

/** What is to be copied, and with what. */
export interface CopyOnceParts extends Waiting, RegistryFinder {
  from: CopySide;
  to: CopySide;
  /** Empty: all. */
  platforms: readonly string[];
  referrers: boolean;
}

/** Parts at once. */
const CONCURRENCY = 4;
/** Of one image. */
export const LIMITS = { depth: 4, manifests: 500, blobs: 5_000 };

/** @returns what it came to; undefined when it was given up because of the signal. Throws LongshoreError SECRET_MISSING */
export async function copyOnce(parts: CopyOnceParts): Promise<PreheatRun | undefined> {
  const { from, to, platforms, referrers, version, signal } = parts;
  const runs: PreheatRun[] = [];
  const { repository, tag } = to;
  const sink = openSink('copy', {
    ...{ name: 'copy', userAgent: `longshore/${version}`, deletes: false, delay: 0, appearsWithin: 0 },
    registry: { ...registryAt(from.registry, 'registry', parts), hosts: [], concurrency: CONCURRENCY },
    target: {
      ...registryAt(to.registry, 'target', parts),
      prefix: '',
      concurrency: CONCURRENCY,
      repository,
      tag,
    },
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
