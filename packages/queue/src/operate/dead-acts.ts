/**
 * What is done to one dead delivery: back into its queue with all attempts, or removed. Each takes it out of the
 * dead-letter set and leaves a note in one step, and returns whether it was still there.
 */
import { ignore } from '@longshore/event';
import { isCluster, type RedisClient } from '../connection.js';
import { queueKey } from '../names.js';
import { runScript } from '../script.js';
import { agendaKeyBeside, lowerAgenda } from '../take/agenda.js';
import type { DeadLetterDetail } from './dead-letter.js';
import { REMOVE_DEAD, RETRY_DEAD, RETRY_KEYS, retryArguments } from './dead-scripts.js';
import { type JournalEntry, markNotes, type NoteKind, noteGroup, noteJson, noteKeys } from './journal.js';

/** What retention may remove: what died before a time, and all but the newest so many. */
export interface DeadLimits {
  /** Epoch milliseconds. */
  before: number;
  keep: number;
}

/** All of them resolve with whether the delivery was dead until then. They reject with Redis' error. */
export interface DeadActs {
  /** @param by who does it, for the record */
  retry(letter: DeadLetterDetail, by: string): Promise<boolean>;
  drop(letter: DeadLetterDetail, by: string): Promise<boolean>;
  /** Removes it if it is beyond the limits at this moment. The caller records the note. */
  expire(letter: DeadLetterDetail, limits: DeadLimits): Promise<boolean>;
}

/** Shares the client, which is the caller’s to close. */
export function createDeadActs(client: RedisClient, prefix: string): DeadActs {
  const mark = (endpoint: string): Promise<unknown> =>
    // The leader looks at all endpoints now and then: without the mark the record is only late.
    markNotes(client, prefix, endpoint).catch(ignore('queue.notes.mark'));
  const remove = async (
    what: NoteKind,
    letter: DeadLetterDetail,
    by: string,
    limits: (string | number)[],
  ): Promise<boolean> => {
    const { endpoint, id } = letter;
    const key = (part: string): string => queueKey(prefix, endpoint, part);
    const keys = [key('failed'), key(id), ...noteKeys(prefix, endpoint)];
    const args = [id, ...note(what, letter, by), ...limits];
    return (await runScript(client, REMOVE_DEAD, keys, args)) === 1;
  };
  return {
    async retry(letter, by) {
      const { endpoint, id } = letter;
      const keys = [id, ...RETRY_KEYS].map((part) => queueKey(prefix, endpoint, part));
      const args = [...retryArguments(id), ...note('replayed', letter, by), endpoint];
      const agenda = agendaKeyBeside(client, prefix, keys[0] ?? '');
      const all = [...keys, ...noteKeys(prefix, endpoint), agenda];
      const [answer] = await Promise.all([runScript(client, RETRY_DEAD, all, args), mark(endpoint)]);
      if (answer === 1 && isCluster(client)) {
        lowerAgenda(client, prefix, endpoint).catch(ignore('queue.agenda')); // the leader finds it
      }
      return answer === 1;
    },
    async drop(letter, by) {
      const [removed] = await Promise.all([remove('dropped', letter, by, []), mark(letter.endpoint)]);
      return removed;
    },
    expire: (letter, { before, keep }) => remove('expired', letter, 'retention', [before, keep]),
  };
}

/** A note and its group. */
function note(what: NoteKind, letter: DeadLetterDetail, by: string): [text: string, group: string] {
  const { id: deliveryId, endpoint, event, attempts, reason } = letter;
  const { action, repository, tag } = event?.view ?? {};
  const of = { eventId: event?.id, source: event?.source, action, repository, tag };
  const entry: JournalEntry = { what, at: Date.now(), by, endpoint, deliveryId, ...of, attempts, reason };
  return [noteJson(entry), noteGroup({ what, by })];
}
