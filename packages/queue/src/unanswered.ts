/**
 * Deliveries that were sent to Redis and got no answer: the connection broke, or Redis took too long. Redis may have
 * stored them or not. When such a delivery is sent again and Redis has it, this tells whether it is the one of that
 * attempt, which nothing has counted yet, or one that was stored before and is a duplicate. Without it, what an outage
 * leaves between Redis and this process would be delivered and never be counted as enqueued.
 *
 * A memory of this process: a request that is repeated to another process of ingest counts as a duplicate there.
 */

/** See the header. Times are epoch milliseconds. */
export interface Unanswered {
  /** The add that was sent at that time got no answer. */
  note(id: string, askedAt: number): void;
  /** To be asked with each answer. @param storedAt when the job that was found was stored; undefined for a new one */
  isOurs(id: string, storedAt: number | undefined): boolean;
}

/** Beyond this the oldest are forgotten, and count as duplicates when they come again. */
const MOST_IDS = 50_000;
/** Between sending an add and Redis storing it: a command times out before. */
const LATEST_MS = 10_000;

/** One for each producer. */
export function createUnanswered(most = MOST_IDS): Unanswered {
  const sent = new Map<string, { first: number; last: number }>();
  return {
    note(id, askedAt) {
      sent.set(id, { first: sent.get(id)?.first ?? askedAt, last: askedAt });
      if (sent.size <= most) return;
      for (const oldest of sent.keys()) {
        sent.delete(oldest);
        return;
      }
    },
    isOurs(id, storedAt) {
      const times = sent.get(id);
      if (times === undefined) return false;
      sent.delete(id);
      return storedAt !== undefined && storedAt >= times.first && storedAt <= times.last + LATEST_MS;
    },
  };
}
