/** A cache that fetches what belongs to a manifest by itself. See `index.ts`. */
import { failed } from '../failure.js';
import type { ImageTarget, ImageWarmth, Settled, WarmCall, WarmImage } from '../target.js';
import { failureFrom, isOfTheCache } from './failure.js';
import { fetchManifest } from './fetch.js';
import { Mirror } from './mirror.js';
import type { PullThroughOptions } from './settings.js';
import { stagesOf } from './stages.js';

/** The target for `method: manifest`. */
export function openManifestOnly(options: PullThroughOptions): ImageTarget {
  return new ManifestOnly(options);
}

class ManifestOnly implements ImageTarget {
  readonly unit = 'image';
  readonly name: string;
  readonly #mirror: Mirror;

  constructor(options: PullThroughOptions) {
    this.name = options.name;
    this.#mirror = new Mirror(options);
  }

  async warm(image: WarmImage, { signal }: WarmCall): Promise<ImageWarmth> {
    const wanted = { repository: this.#mirror.repositoryOf(image), image, method: 'get', signal } as const;
    if (this.#mirror.problem !== undefined) return failed('url', this.#mirror.problem);
    const items = new Map<string, Settled>();
    for (const item of stagesOf(image).flat()) {
      if (signal.aborted || this.#mirror.closed) return { state: 'aborted' };
      if (item.role === 'config' || item.role === 'layer') {
        // the cache should fetch it, which is not verified
        items.set(item.digest, { state: 'asked' });
        continue;
      }
      try {
        const settled = await this.#mirror.use(image, (registry) => fetchManifest(registry, item, wanted));
        items.set(item.digest, settled);
      } catch (error) {
        const failure = failureFrom(error, (text) => this.#mirror.show(text));
        // the rest would fail for the same reason
        if (failure.state === 'aborted' || isOfTheCache(error)) return failure;
        items.set(item.digest, failure);
      }
    }
    return { state: 'settled', items };
  }

  close(): Promise<void> {
    return this.#mirror.close();
  }
}
