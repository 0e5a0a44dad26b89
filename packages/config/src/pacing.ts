/** How an endpoint is paced, ordered and held, in the words of `longshore check`. */

import { formatBytes, formatDuration, formatRate } from '@longshore/settings/format';
import type { Endpoint } from './endpoint.js';

/** A line for each setting that is in effect. */
export function pacing({ hold, rate, order, batch, latest }: Endpoint): string[] {
  return [
    hold === undefined ? 'is not held while its receiver is down' : held(hold),
    rate && `at most ${formatRate(rate)} requests`,
    order === 'repository' && 'in order: the deliveries of each repository one after the other',
    order === 'endpoint' && 'in order: all deliveries one after the other',
    batch &&
      `up to ${batch.events} events in a request, or ${formatBytes(batch.bytes)}, which wait up to ${formatDuration(batch.wait)} for each other`,
    latest === 'tag' && 'a newer event of the same tag and action supersedes one that waits',
  ].filter((line) => typeof line === 'string');
}

function held({ after, probe, maxprobe, for: longest, revive }: NonNullable<Endpoint['hold']>): string {
  const start = after === 1 ? 'after a failure' : `after ${after} failures in a row`;
  const probes =
    probe < maxprobe
      ? `probes after ${formatDuration(probe)}, doubling up to ${formatDuration(maxprobe)}`
      : `probes every ${formatDuration(maxprobe)}`;
  const end = revive
    ? 'then retries what the outage dead-lettered'
    : 'what the outage dead-lettered stays dead';
  return `held while its receiver is down, ${start}, for up to ${formatDuration(longest)}: ${probes}; ${end}`;
}
