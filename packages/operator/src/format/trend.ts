/** Where a backlog is going: for the home page and an endpoint's page. */
import { formatDuration, formatNumber } from '@longshore/event';
import type { ActiveMinute } from '@longshore/queue/activity';

const MINUTE_MS = 60_000;
/** A trend is that of so many minutes, and of no fewer than two. */
const TREND_MS = 10 * MINUTE_MS;
const SHORTEST_TREND_MS = 2 * MINUTE_MS;
/** What changes by less than this share an hour is steady. */
const STEADY_SHARE = 0.05;
/** What takes longer is no forecast. */
const LONGEST_MS = 30 * 24 * 3_600_000;

/** A backlog that changes. */
export interface Trend {
  direction: 'drains' | 'grows' | 'steady';
  /** `drains in 4m`, `grows by 120/min`, `grows, Redis is full in 3h`. */
  words: string;
}

/**
 * @param backlog deliveries that are not settled now
 * @param minutes of the last hour, oldest first
 * @param redisFullMs until Redis is full at its present trend; undefined when it does not fill up
 * @param now epoch milliseconds
 * @returns undefined without a backlog, and while too little is known
 */
export function backlogTrend(
  backlog: number,
  minutes: readonly Pick<ActiveMinute, 'at' | 'backlog'>[],
  redisFullMs: number | undefined,
  now: number,
): Trend | undefined {
  const first = minutes.find(({ at }) => at >= now - TREND_MS - MINUTE_MS);
  if (backlog === 0 || !first) return undefined;
  // The number of a minute is that of its end.
  const elapsed = now - Math.min(first.at + MINUTE_MS, now);
  if (elapsed < SHORTEST_TREND_MS) return undefined;
  const perMinute = ((backlog - first.backlog) / elapsed) * MINUTE_MS;
  if (Math.abs(perMinute) * 60 < backlog * STEADY_SHARE) return { direction: 'steady', words: 'steady' };
  if (perMinute < 0) {
    const left = (backlog / -perMinute) * MINUTE_MS;
    return { direction: 'drains', words: left > LONGEST_MS ? 'drains' : `drains in ${formatDuration(left)}` };
  }
  const words =
    redisFullMs === undefined || redisFullMs > LONGEST_MS
      ? `grows by ${formatNumber(Math.max(1, Math.round(perMinute)))}/min`
      : `grows, Redis is full in ${formatDuration(redisFullMs)}`;
  return { direction: 'grows', words };
}
