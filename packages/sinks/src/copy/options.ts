/** What an endpoint of kind copy is opened with. Secrets are resolved: these are the values themselves. */
import type { RegistryOptions } from '@longshore/registry-client';
import type { PreheatMemory } from '../preheat/memory.js';
import type { ImageSinkOptions, PreheatRegistry } from '../preheat/options.js';

/** See the header. */
export interface CopySinkOptions
  extends Omit<ImageSinkOptions, 'registry' | 'window' | 'dryrun' | 'unwanted' | 'copies'> {
  registry: PreheatRegistry & { url: string };
  target: CopyTarget;
  /** True: what was copied is deleted with its source. */
  deletes: boolean;
  /** True: also what has no tag and refers to nothing. */
  any?: boolean;
  memory: PreheatMemory;
}

/** The registry that is written to. */
export interface CopyTarget extends Omit<RegistryOptions, 'userAgent'> {
  /** Stands before the name of each repository: `mirror/`. */
  prefix: string;
  /** Parts copied at once, over all workers. */
  concurrency: number;
  /** Of a copy by hand: the name there, instead of the prefix and the name at the source. */
  repository?: string;
  /** Of a copy by hand: the tag there. Default: that of the source. */
  tag?: string;
  /** Bytes of a chunk of an upload. Default 32 MiB. */
  chunkBytes?: number;
}
