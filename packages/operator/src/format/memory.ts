/** When Redis will be full, and whose backlog fills it: for `longshore status`, the home page and alerts. */
import { formatDuration, plural } from '@longshore/event';
import { largestBacklog, type MemorySample } from '@longshore/queue/memory';
import type { EndpointPulse } from '@longshore/queue/pulse';

/** From here on ingest answers 503. */
const FULL_SHARE = 0.8;
/** What is further away is not worth a line. */
const FORECAST_MS = 24 * 3_600_000;
/** A trend over less than this is noise. */
const SHORTEST_TREND_MS = 4 * 60_000;

/** An endpoint with its numbers. */
export interface BacklogOwner {
  pulse: Pick<EndpointPulse, 'endpoint' | 'waiting' | 'active' | 'delayed'>;
}

/**
 * One line; undefined while Redis has room for a day at the present trend.
 * @param samples oldest first
 */
export function memoryWarning(
  samples: readonly MemorySample[],
  rows: readonly BacklogOwner[],
): string | undefined {
  const last = samples.at(-1);
  if (!last) return undefined;
  const percent = Math.round(last.share * 100);
  const owner = backlogWords(rows);
  if (last.share >= FULL_SHARE) {
    return `Redis has used ${percent} % of its maxmemory, so ingest answers 503${owner}`;
  }
  const left = untilFull(samples);
  if (left === undefined || left > FORECAST_MS) return undefined;
  return `Redis has used ${percent} % of its maxmemory and reaches ${FULL_SHARE * 100} % in about ${formatDuration(left)} at the present rate; ingest answers 503 then${owner}`;
}

/**
 * Milliseconds until Redis is at 80 % of its maxmemory, at the trend of the samples; undefined when it does not fill up.
 * @param samples oldest first
 */
export function untilFull(samples: readonly MemorySample[]): number | undefined {
  const [first] = samples;
  const last = samples.at(-1);
  if (!first || !last || last.at - first.at < SHORTEST_TREND_MS || last.share <= first.share)
    return undefined;
  return ((FULL_SHARE - last.share) * (last.at - first.at)) / (last.share - first.share);
}

/** `; largest backlog: alistener with 12,000 deliveries`; empty when nothing waits. */
function backlogWords(rows: readonly BacklogOwner[]): string {
  const largest = largestBacklog(rows.map(({ pulse }) => pulse));
  if (!largest) return '';
  return `; largest backlog: ${largest.endpoint} with ${plural(largest.deliveries, 'delivery', 'deliveries')}`;
}
