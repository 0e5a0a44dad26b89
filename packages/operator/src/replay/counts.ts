/** Events of a replay in sum. */
import type { ReplayCounts } from '@longshore/archive/replay';

/** None yet. */
export const zero = (): ReplayCounts => ({
  events: 0,
  enqueued: 0,
  had: 0,
  waiting: 0,
  retried: 0,
  ignored: 0,
  unreadable: 0,
});

/** Both together. */
export const sum = (a: ReplayCounts, b: ReplayCounts): ReplayCounts => ({
  events: a.events + b.events,
  enqueued: a.enqueued + b.enqueued,
  had: a.had + b.had,
  waiting: a.waiting + b.waiting,
  retried: a.retried + b.retried,
  ignored: a.ignored + b.ignored,
  unreadable: a.unreadable + b.unreadable,
});
