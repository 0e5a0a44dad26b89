/**
 * Keeps finished deliveries within the retention. What was delivered was recorded then, and is removed without a
 * record. What is dead leaves a note in the step that removes it, so each is recorded once, wherever a process is
 * killed. Reads times first; of what is due it reads a page at a time, a megabyte at most, and holds no more.
 *
 * It has no clock of its own. Two processes may do the same at once: nothing is removed that is not due.
 */
import { z } from 'zod';
import { SCORE_PER_MS } from './bull-script.js';
import { coalesce, type RedisClient } from './connection.js';
import { activeKey, endpointKey, endpointsKey, queueKey } from './names.js';
import { createDeadActs, type DeadActs, type DeadLimits } from './operate/dead-acts.js';
import { type DeadLetterDetail, readLetters } from './operate/dead-letter.js';
import { noteKeys } from './operate/journal.js';
import { type Met, pairs } from './operate/walk.js';
import { promoteOverdue } from './overdue.js';
import { createQueuePool } from './queue-pool.js';
import { DUE_DEAD, LOOK, TRIM_DELIVERED } from './retention-scripts.js';
import { runScript } from './script.js';
import { agendaKey } from './take/agenda.js';

/** What is kept of a set, at most. */
export interface KeepLimits {
  /** Milliseconds since it was delivered, or died. */
  age: number;
  count: number;
}

/** Per endpoint; whichever limit is reached first. */
export interface RetentionLimits {
  delivered: KeepLimits;
  dead: KeepLimits;
}

/** What there is of an endpoint for retention to do. Times are epoch milliseconds; absent when there is none. */
export interface Finished {
  dead: number;
  oldestDeadAt?: number;
  delivered: number;
  oldestDeliveredAt?: number;
  /** When the last of those that wait for a time is due. */
  lastDueAt?: number;
}

/** For the leader. All of it rejects with Redis' error, and with QUEUE_UNAVAILABLE while Redis is unavailable. */
export interface Retention {
  /** Endpoints with attempts since the last call. The mark of an endpoint can get lost. */
  active(): Promise<string[]>;
  /** One look, which reads no delivery. */
  look(endpoint: string): Promise<Finished>;
  /** Removes delivered ones beyond the limits, 1,000 at most. @returns how many */
  trimDelivered(endpoint: string, limits: KeepLimits): Promise<number>;
  /**
   * Removes dead ones beyond the limits, the oldest first, in pages.
   * @yields how many were removed: their notes are to be recorded. A caller that stops leaves the rest as it is
   */
  expireDead(endpoint: string, limits: KeepLimits): AsyncGenerator<number>;
  /**
   * Makes deliveries due that wait longer than any delay allows, because the clock was set back.
   * @param longest milliseconds that a delivery of the endpoint can wait at most
   * @returns how many
   */
  promoteOverdue(endpoint: string, longest: number): Promise<number>;
  /** Whether its queue holds nothing at all and it is not paused. */
  isEmpty(endpoint: string): Promise<boolean>;
  /** Removes it from the endpoints that are known to have a queue. */
  forget(endpoint: string): Promise<void>;
  close(): Promise<void>;
}

/** Ids of dead ones that are asked for at once. */
const PAGE = 200;
const TRIM = 1_000;
const MARKS = 10_000;

/** Every key that holds deliveries, or notes about them. */
const QUEUE_PARTS = ['wait', 'paused', 'active', 'delayed', 'prioritized', 'completed', 'failed'] as const;

const lookReply = z.tuple([
  z.coerce.number(),
  z.coerce.number(),
  z.coerce.number(),
  z.coerce.number(),
  z.coerce.number(),
]);

/** Shares the client, which is the caller’s to close. */
export function createRetention(client: RedisClient, prefix: string): Retention {
  const pool = createQueuePool(client, prefix);
  const acts = createDeadActs(client, prefix);
  return {
    active: () => client.spop(activeKey(prefix), MARKS),
    async look(endpoint) {
      const keys = ['failed', 'completed', 'delayed'].map((part) => queueKey(prefix, endpoint, part));
      const reply = lookReply.parse(await runScript(client, LOOK, keys, []));
      const [oldestDead, oldestDelivered, lastDue, dead, delivered] = reply;
      return {
        dead,
        delivered,
        ...(oldestDead > 0 && { oldestDeadAt: oldestDead }),
        ...(oldestDelivered > 0 && { oldestDeliveredAt: oldestDelivered }),
        ...(lastDue > 0 && { lastDueAt: lastDue / SCORE_PER_MS }),
      };
    },
    async trimDelivered(endpoint, { age, count }) {
      const keys = [queueKey(prefix, endpoint, 'completed')];
      const args = [queueKey(prefix, endpoint, ''), Date.now() - age, count, TRIM];
      return Number(await runScript(client, TRIM_DELIVERED, keys, args));
    },
    expireDead: (endpoint, limits) => expireDead({ client, prefix, acts }, endpoint, limits),
    promoteOverdue: (endpoint, longest) => promoteOverdue(client, prefix, pool, endpoint, longest),
    async isEmpty(endpoint) {
      const parts = QUEUE_PARTS.map((part) => queueKey(prefix, endpoint, part));
      const notes = [...noteKeys(prefix, endpoint), endpointKey(prefix, endpoint, 'journal')];
      if ((await client.exists(...parts, ...notes)) > 0) return false;
      return (await client.hexists(queueKey(prefix, endpoint, 'meta'), 'paused')) === 0;
    },
    async forget(endpoint) {
      await Promise.all([
        client.srem(endpointsKey(prefix), endpoint),
        client.zrem(agendaKey(prefix), endpoint),
      ]);
    },
    close: pool.close,
  };
}

interface Acting {
  client: RedisClient;
  prefix: string;
  acts: DeadActs;
}

/** See {@link Retention.expireDead}. */
async function* expireDead(
  acting: Acting,
  endpoint: string,
  { age, count: keep }: KeepLimits,
): AsyncGenerator<number> {
  const { client, prefix } = acting;
  const keyOf = ({ id }: Met): string => queueKey(prefix, endpoint, id);
  for (;;) {
    const limits = { before: Date.now() - age, keep };
    const found = await runScript(
      client,
      DUE_DEAD,
      [queueKey(prefix, endpoint, 'failed')],
      [limits.before, keep, PAGE],
    );
    const met = pairs(found, endpoint);
    // Nothing is due. That none of a page could be removed says less: another process may have removed it meanwhile.
    if (met.length === 0) return;
    const left = new Map(met.map((each) => [each.id, each]));
    for await (const letters of readLetters(client, met, keyOf)) {
      for (const { id } of letters) left.delete(id);
      yield await expireAll(acting, letters, limits);
    }
    // Their jobs are not there, as after a restore of half a backup. They are removed and recorded all the same.
    const bare = Array.from(left.values(), bareLetter);
    if (bare.length > 0) yield await expireAll(acting, bare, limits);
  }
}

async function expireAll(
  { client, acts }: Acting,
  letters: readonly DeadLetterDetail[],
  limits: DeadLimits,
): Promise<number> {
  coalesce(client);
  const expired = await Promise.all(letters.map((letter) => acts.expire(letter, limits)));
  return expired.filter(Boolean).length;
}

const bareLetter = ({ id, endpoint, score: deadAt }: Met): DeadLetterDetail => ({
  ...{ id, endpoint, deadAt, attempts: 0, reason: 'error', bytes: 0 },
});
