/** The trail of a relay: what is noted about each event, for `trace`, the API and the pages. */
import type { Config } from '@longshore/config';
import type { Observer } from '@longshore/observe';
import type { Monitor, RedisClient } from '@longshore/queue';
import { createTrail, type DropReason, type TrailWriter, trailLimits } from '@longshore/queue/trail';

/** What the trail is opened with. */
export interface TrailParts {
  config(): Config;
  /** Of the producer profile: fails fast. */
  producer: RedisClient;
  monitor: Monitor;
  observer: Observer;
}

/** Milliseconds between two lines about entries that were thrown away. */
const LOG_INTERVAL_MS = 60_000;

const WHY: Record<DropReason, string> = {
  away: 'Redis did not take entries of the trail in time: `longshore trace` will not know all of what happened meanwhile',
  memory:
    'Redis is over 70 % of its maxmemory: nothing is added to the trail, and `longshore trace` will not know what happened meanwhile',
};

/** Opens it; entries that are thrown away are logged, at most once a minute for each cause. */
export function openTrail({ config, producer, monitor, observer }: TrailParts): TrailWriter {
  return createTrail({
    client: producer,
    prefix: config().redis.prefix,
    limits: () => trailLimits(config().retention.trail, monitor.health.limit),
    memory: () => monitor.health.memory,
    onDrop(count, why) {
      observer.trailDropped(count, why);
      observer.throttledLog(`trail ${why}`, LOG_INTERVAL_MS).warn({ why }, WHY[why]);
    },
  });
}
