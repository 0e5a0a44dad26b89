/**
 * A cache that fetches from its upstream what it is asked for: it is asked for everything.
 *
 * `get` reads each part to its end, which every cache takes for a pull. `head` moves no bytes to here, and is
 * enough for Distribution, which fetches the blob before it answers. `manifest` asks for the manifests only,
 * for caches that fetch what belongs to one by themselves (zot, Harbor).
 *
 * Blobs come before manifests and the root comes last, so that the cache never promises what it does not have.
 */
import type { Clock } from '../clock.js';
import { failed } from '../failure.js';
import type { BlobTarget, ImageTarget, WarmCall, WarmImage, WarmItem, Warmth } from '../target.js';
import { failureFrom } from './failure.js';
import { fetchBlob, fetchManifest } from './fetch.js';
import { openManifestOnly } from './manifest-only.js';
import { Mirror } from './mirror.js';
import type { PullThroughOptions } from './settings.js';
import { stagesOf } from './stages.js';
import type { Shown } from './wanted.js';

/** Opens no connection. */
export function open(options: PullThroughOptions, _clock: Clock): BlobTarget | ImageTarget {
  const { method = 'get' } = options;
  return method === 'manifest' ? openManifestOnly(options) : new PullThrough(options, method);
}

class PullThrough implements BlobTarget {
  readonly unit = 'blob';
  readonly name: string;
  readonly #mirror: Mirror;
  readonly #shown: Shown = {};

  constructor(
    options: PullThroughOptions,
    private readonly method: 'get' | 'head',
  ) {
    this.name = options.name;
    this.#mirror = new Mirror(options);
  }

  stages(image: WarmImage): readonly (readonly WarmItem[])[] {
    return stagesOf(image);
  }

  async warm(image: WarmImage, item: WarmItem, call: WarmCall): Promise<Warmth> {
    const { signal } = call;
    if (signal.aborted || this.#mirror.closed) return { state: 'aborted' };
    if (this.#mirror.problem !== undefined) return failed('url', this.#mirror.problem);
    const repository = this.#mirror.repositoryOf(image);
    const wanted = { repository, image, method: this.method, shown: this.#shown, signal };
    const isManifest = item.role === 'index' || item.role === 'manifest';
    try {
      return await this.#mirror.use(image, (registry) =>
        isManifest ? fetchManifest(registry, item, wanted) : fetchBlob(registry, item, wanted, call),
      );
    } catch (error) {
      return failureFrom(error, (text) => this.#mirror.show(text));
    }
  }

  close(): Promise<void> {
    return this.#mirror.close();
  }
}
