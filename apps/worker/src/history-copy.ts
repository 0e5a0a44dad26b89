/**
 * Copies the trail into the archive, in the worker that leads: each second what is new. PostgreSQL may be away for as
 * long as the trail keeps its entries; what was removed meanwhile is a gap in the history, and a line in the log.
 */
import type { Archive } from '@longshore/archive';
import type { HistoryCopier } from '@longshore/archive/history';
import type { Config } from '@longshore/config';
import { LongshoreError } from '@longshore/event';
import type { Observer } from '@longshore/observe';
import type { RedisClient } from '@longshore/queue';
import type { Leader } from '@longshore/queue/housekeeping';
import { createTrailFeed } from '@longshore/queue/trail';

/** What is copied, to where. */
export interface HistoryCopyParts {
  archive: Archive;
  /** Of the producer profile: fails fast. */
  client: RedisClient;
  config(): Config;
  leader: Pick<Leader, 'leads'>;
  observer: Pick<Observer, 'log' | 'throttledLog'>;
  /** Milliseconds between two turns; for tests. */
  interval?: number;
}

/** Runs until it is closed. */
export interface HistoryCopy {
  close(): Promise<void>;
}

const INTERVAL_MS = 1_000;
/** Intervals after a failure, so that a PostgreSQL that starts is left alone. */
const RETRY_INTERVALS = 5;
const LOG_INTERVAL_MS = 60_000;

/** See the header. The code of the archive is loaded here. */
export function startHistoryCopy(parts: HistoryCopyParts): HistoryCopy {
  const { leader, observer, interval = INTERVAL_MS } = parts;
  let closing = false;
  let timer: NodeJS.Timeout | undefined;
  let copying: Promise<void> | undefined;
  let copier: HistoryCopier | undefined;

  const copy = async (): Promise<number> => {
    copier ??= await openCopier(parts);
    for (let more = true; more && !closing && leader.leads(); ) {
      const turn = await copier.turn();
      if (turn.gaps > 0) observer.log.error({ gaps: turn.gaps }, GAP);
      ({ more } = turn);
    }
    return interval;
  };

  const failed = (err: unknown): number => {
    const isAway = err instanceof LongshoreError;
    // Apart, so that neither hides the other for the interval.
    const about = isAway ? 'history copy, unavailable' : 'history copy, failed';
    const { warn, error } = observer.throttledLog(about, LOG_INTERVAL_MS);
    if (isAway) warn({ err }, 'the history cannot be copied into the archive, will try again');
    else error({ err }, 'copying the history into the archive failed, will try again');
    return RETRY_INTERVALS * interval;
  };

  const next = (ms: number): void => {
    timer = setTimeout(() => {
      copying = copy().catch(failed).then(next);
    }, ms);
    if (closing) clearTimeout(timer);
  };
  next(interval);
  return {
    async close() {
      closing = true;
      clearTimeout(timer);
      await copying;
      clearTimeout(timer);
    },
  };
}

const GAP =
  'entries of the history were removed by retention.trail before they were in the archive: it was unavailable or too slow for longer than that; `longshore trace` shows the gap';

async function openCopier({ archive, client, config }: HistoryCopyParts): Promise<HistoryCopier> {
  const { createHistoryCopier } = await import('@longshore/archive/history');
  const { prefix } = config().redis;
  return createHistoryCopier({
    pool: archive.pool,
    feed: createTrailFeed(client, prefix, () => config().retention.trail.age),
    width: () => config().archive?.partition ?? 'month',
    retention: () => config().archive?.history ?? 0,
  });
}
