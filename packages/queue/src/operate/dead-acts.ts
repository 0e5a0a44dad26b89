/**
 * What is done to one dead delivery: back into its queue with all attempts, or gone. Both take it out of the
 * dead-letter set in one step, and say whether it was still there.
 */
import { Job, type Queue } from 'bullmq';
import type { RedisClient } from '../connection.js';
import { queueKey } from '../names.js';
import type { QueuePool } from '../queue-pool.js';
import { runScript } from '../script.js';
import type { DeadLetterDetail } from './dead-letter.js';
import { DROP_DEAD } from './drop-script.js';
import { createJournal, type JournalEntry, journalKey, noteJson } from './journal.js';

/** BullMQ's codes for a job that does not exist, or is not in the dead-letter set. */
const GONE = new Set<unknown>([-1, -3]);

/** @param by who does it, for the record */
export function createDeadActs(client: RedisClient, prefix: string, pool: QueuePool) {
  const journal = createJournal(client, prefix);
  return {
    async retry(letter: DeadLetterDetail, by: string): Promise<boolean> {
      const queue: Queue = pool.ready(letter.endpoint);
      // Only the id counts: what is stored stays as it is, whether this version can read it or not.
      const job = new Job(queue, '', undefined, {}, letter.id);
      try {
        await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
      } catch (error) {
        if (error instanceof Error && 'code' in error && GONE.has(error.code)) return false;
        throw error;
      }
      await journal.write([note('replayed', letter, by)]);
      return true;
    },
    async drop(letter: DeadLetterDetail, by: string): Promise<boolean> {
      const { endpoint, id } = letter;
      const set = queueKey(prefix, endpoint, 'failed');
      const keys = [set, queueKey(prefix, endpoint, id), journalKey(prefix, endpoint)];
      const entry = noteJson(note('dropped', letter, by));
      return (await runScript(client, DROP_DEAD, keys, [id, entry])) === 1;
    },
  };
}

function note(what: 'replayed' | 'dropped', letter: DeadLetterDetail, by: string): JournalEntry {
  const { id: deliveryId, endpoint, event, attempts, reason } = letter;
  const { action, repository, tag } = event?.view ?? {};
  const of = { eventId: event?.id, source: event?.source, action, repository, tag };
  return { what, at: Date.now(), by, endpoint, deliveryId, ...of, attempts, reason };
}
