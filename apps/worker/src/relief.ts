/** Room in a Redis that fills up: delivered jobs are removed before their time, the oldest of each endpoint first. */
import type { Observer } from '@longshore/observe';
import type { Monitor } from '@longshore/queue';
import type { Leader, Retention } from '@longshore/queue/housekeeping';

/** What relief works with, for the process that leads. */
export interface ReliefParts {
  leader: Pick<Leader, 'confirm'>;
  retention: Pick<Retention, 'trimDelivered'>;
  monitor: Pick<Monitor, 'health'>;
  observer: Observer;
}

/** Endpoints that are asked at once. */
const AT_ONCE = 50;
const LOG_INTERVAL_MS = 10_000;
/** When there was nothing to remove, this is the next attempt. */
const NOTHING_INTERVAL_MS = 10_000;

/** One for each process. */
export function createRelief({ leader, retention, monitor, observer }: ReliefParts) {
  let nextAt = 0;
  return {
    /**
     * Removes 1,000 delivered jobs of each endpoint at most.
     * @returns false when this process no longer leads. Rejects with Redis' error
     */
    async run(endpoints: readonly string[]): Promise<boolean> {
      if (performance.now() < nextAt) return true;
      let removed = 0;
      for (let start = 0; start < endpoints.length; start += AT_ONCE) {
        if (!(await leader.confirm())) return false;
        const some = endpoints.slice(start, start + AT_ONCE);
        const counts = some.map((endpoint) => retention.trimDelivered(endpoint, { age: 0, count: 0 }));
        for (const count of await Promise.all(counts)) removed += count;
      }
      if (removed === 0) {
        nextAt = performance.now() + NOTHING_INTERVAL_MS;
        return true;
      }
      const percent = Math.round(monitor.health.memory * 100);
      observer
        .throttledLog('relieve', LOG_INTERVAL_MS)
        .warn(
          { removed },
          `Redis is at ${percent} % of its maxmemory: delivered jobs are removed early, which shortens the dedupe window`,
        );
      return true;
    },
  };
}
