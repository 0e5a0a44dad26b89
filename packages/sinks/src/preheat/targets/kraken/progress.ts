/** What is remembered of one blob between two looks: since when, how often, and who downloads it. */
import type { Cadence } from '../clock.js';
import { numberOf, readHandle, textOf } from '../handle.js';

/** As Kraken's own client polls. Less often than 15 s, and the error of a failed download is never seen. */
export const CADENCE: Cadence = { first: 1_000, factor: 1.3, longest: 5_000, jitter: 0.05 };

/** Milliseconds that a download may take, as Kraken's own client waits. */
export const LONGEST_MS = 15 * 60_000;

/** How a blob is asked for. `prefetch` and `metainfo` are an origin's. */
export type Way = 'prefetch' | 'metainfo' | 'tracker';

/** What is known of a blob between two looks. */
export interface Progress {
  /** Epoch milliseconds of the first request. */
  since: number;
  /** Answers 202 so far. */
  looks: number;
  /** Who said 202 last. */
  way?: Way;
  /** The origin's `host:port`. */
  host?: string;
}

/** Undefined when there is no handle, or none that can be read. */
export function readProgress(handle: string | undefined): Progress | undefined {
  const fields = readHandle(handle);
  const since = numberOf(fields?.since);
  const looks = numberOf(fields?.looks);
  const way = textOf(fields?.way);
  if (since === undefined || looks === undefined || !isWay(way)) return undefined;
  return { since, looks, way, host: textOf(fields?.host) };
}

function isWay(text: string | undefined): text is Way {
  return text === 'prefetch' || text === 'metainfo' || text === 'tracker';
}
