/** What a cache is asked for, and what is known of the cache. */
import type { WarmImage } from '../target.js';

/** What a cache has shown of itself while this process lives. */
export interface Shown {
  /** It marks what it keeps. False: the mark was not found, once for as long as a blob takes. */
  marks?: boolean;
}

/** A part that the cache is asked for. */
export interface Wanted {
  /** As the cache names it. */
  repository: string;
  image: WarmImage;
  method: 'get' | 'head';
  signal: AbortSignal;
}

/** A config or a layer: whether the cache keeps it is checked. */
export interface WantedBlob extends Wanted {
  /** Of the cache; kept up to date. */
  shown: Shown;
}
