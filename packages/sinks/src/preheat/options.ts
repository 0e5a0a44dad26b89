/** What a preheat endpoint is opened with. Secrets are resolved: these are the values themselves. */
import type { Registry, RegistryOptions } from '@longshore/registry-client';
import type { WalkPolicy } from '@longshore/registry-client/walk';
import type { PreheatMemory } from './memory.js';
import type { TargetOptions } from './targets/kinds.js';

/** See the header. */
export interface PreheatSinkOptions extends ImageSinkOptions {
  targets: readonly PreheatTargetOptions[];
}

/** What does not depend on the targets: images are copied by the same engine. */
export interface ImageSinkOptions {
  /** The endpoint's name. */
  name: string;
  /** `longshore/VERSION` */
  userAgent: string;
  registry: PreheatRegistry;
  policy: Omit<WalkPolicy, 'gap'>;
  /** The results are those of a copy, which no delivery takes from another one: a tag may have moved meanwhile. */
  copies?: boolean;
  /**
   * Asked before anything else is done with an image: why it is not wanted. Rejects with what the registry client has
   * thrown.
   */
  unwanted?(image: WantedImage, registry: Registry, signal: AbortSignal): Promise<string | undefined>;
  /** Milliseconds after the event at which it begins. */
  delay: number;
  /** Milliseconds for which a part counts as warm without another look. */
  window: number;
  /** Nothing is asked of any target. */
  dryrun: boolean;
  /**
   * Milliseconds after the event (and its delay) in which a missing manifest may still appear: registries
   * send their event before the manifest can be read everywhere.
   */
  appearsWithin: number;
  memory: PreheatMemory;
}

/** Which image a delivery is about. `receivedAt` in epoch milliseconds. */
export interface WantedImage {
  repository: string;
  tag?: string;
  digest: string;
  receivedAt: number;
}

/** Where images are read from. Without `url`: the registry that the event names, if `hosts` has it. */
export interface PreheatRegistry extends Omit<RegistryOptions, 'url' | 'userAgent'> {
  url?: string;
  /** Globs with `*`. Without `url` only these may be named; none when it is empty. */
  hosts: readonly string[];
  /** Images read at once, over all workers. */
  concurrency: number;
}

/** A target, and how many calls it may have at once, over all workers. */
export interface PreheatTargetOptions {
  options: TargetOptions;
  concurrency: number;
}
