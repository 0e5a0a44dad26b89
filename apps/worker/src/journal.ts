/**
 * Records what operators and retention did: each note that a command, the dashboard or retention left becomes a log
 * line, a metric and a step of the trail here, in a process that has a log and is scraped.
 */

import type { Observer } from '@longshore/observe';
import { type IngestRecord, recordAgain } from '@longshore/observe/ingest-record';
import type { Leader } from '@longshore/queue/housekeeping';
import type { CountedNotes, JournalEntry, JournalReader, NotesPage } from '@longshore/queue/journal';
import type { TrailWriter } from '@longshore/queue/trail';

/** Where notes are found, and where they are recorded. */
export interface JournalParts {
  journal: Pick<JournalReader<IngestRecord>, 'read' | 'letGo'>;
  leader: Pick<Leader, 'confirm' | 'leads'>;
  observer: Observer;
  trail: Pick<TrailWriter, 'note'>;
}

/** Records notes, for the process that leads. */
export interface NoteRecorder {
  /** Records the notes of one list, in pages, until it is empty. Rejects with Redis' error. */
  record(list: string): Promise<Recorded>;
  /**
   * Removes what is recorded and leaves the rest to another process, after {@link record} was rejected. To be called
   * while this process does not lead: its successor would wait for two minutes. Rejects with Redis' error.
   */
  letGo(): Promise<void>;
}

/**
 * `all`: of the list. `waits`: the rest is held by another process, or of a newer version. `lost`: this process no
 * longer leads, and has stopped.
 */
export type Recorded = 'all' | 'waits' | 'lost';

const LOG_INTERVAL_MS = 60_000;

/** One for each process. */
export function createNoteRecorder({ journal, leader, observer, trail }: JournalParts): NoteRecorder {
  /** By list: removes what is recorded of its page, and lets the page go. */
  const held = new Map<string, () => Promise<unknown>>();

  const letGo = async (list: string): Promise<void> => {
    await held.get(list)?.();
    held.delete(list);
  };

  const recordPage = async (list: string, page: NotesPage<IngestRecord>): Promise<boolean> => {
    let recorded = 0;
    held.set(list, () => page.remove(recorded));
    for (const { entry, stored } of page.notes) {
      // Nothing waits in this loop, but the process can be stopped anywhere in it.
      if (!leader.leads()) break;
      if (entry) record(entry, observer, trail);
      else observer.log.error({ stored: stored.slice(0, 2_000) }, 'a note cannot be read, and is removed');
      recorded++;
    }
    // A line that is still in this process would be lost with it.
    await observer.written();
    await letGo(list);
    return recorded === page.notes.length;
  };

  return {
    async record(list) {
      await letGo(list);
      for (;;) {
        // Also when the answer gets lost, as after a stop of this process.
        held.set(list, () => journal.letGo(list));
        const page = await journal.read(list);
        if (page.next === 'newer') {
          observer
            .throttledLog('newer notes', LOG_INTERVAL_MS)
            .warn({ endpoint: list }, 'notes of a newer version wait until a worker of that version leads');
        }
        const waits = page.next === 'newer' || page.next === 'held';
        if (page.notes.length === 0) {
          await letGo(list);
          return waits ? 'waits' : 'all';
        }
        if (!(await leader.confirm())) {
          await letGo(list);
          return 'lost';
        }
        if (!(await recordPage(list, page))) return 'lost';
        if (page.next !== 'more') return waits ? 'waits' : 'all';
      }
    },
    async letGo() {
      for (const list of held.keys()) await letGo(list);
    },
  };
}

type Entry = JournalEntry<IngestRecord> | CountedNotes;

function record(entry: Entry, observer: Observer, trail: JournalParts['trail']): void {
  switch (entry.what) {
    case 'replayed': {
      const { what: _what, at, source, ...fields } = entry;
      const { endpoint, deliveryId, eventId, by } = fields;
      observer.deliveryReplayed(fields);
      trail.note({ step: 'retried', at, endpoint, deliveryId, eventId, source, by });
      return;
    }
    case 'dropped':
    case 'expired': {
      const { what: outcome, at, by, endpoint, deliveryId, eventId, source, attempts, reason } = entry;
      const { action, repository, tag } = entry;
      const settled = { endpoint, deliveryId, eventId, outcome, reason };
      const detail =
        outcome === 'expired'
          ? 'removed from the dead-letter set by retention.dead'
          : `dropped from the dead-letter set by ${by}`;
      observer.deliverySettled({ ...settled, action, repository, tag, attempts, detail });
      const operator = outcome === 'dropped' ? { by } : { detail };
      trail.note({ step: 'settled', at, source, ...operator, ...settled });
      return;
    }
    case 'acted': {
      const { what: _what, ...fields } = entry;
      observer.operatorActed(fields);
      return;
    }
    case 'counted': {
      const { of: outcome, endpoint, by, count } = entry;
      observer.deliveryCounted({ endpoint, outcome, count, by });
      return;
    }
    case 'unquarantined': {
      const { at, by, quarantineId, source, reason, outcome } = entry;
      const words = outcome === 'dropped' ? 'quarantined request dropped' : 'quarantined request taken';
      observer.log.info({ quarantineId, source, reason, by }, words);
      trail.note({ step: 'unquarantined', at, quarantineId, outcome, by });
      return;
    }
    default:
      recordAgain(entry, observer);
  }
}
