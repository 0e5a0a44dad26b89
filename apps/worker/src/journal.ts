/**
 * Records what operators did: each note that a command or the dashboard left becomes a log line, a metric and a
 * step of the trail here, in a process that has a log and is asked for its metrics.
 */
import { type IngestRecord, type Observer, recordAgain } from '@longshore/observe';
import type { Inspector, Journal, JournalEntry, TrailWriter } from '@longshore/queue/operator';

/** Where notes are found, and where they are told. */
export interface JournalParts {
  journal: Journal<IngestRecord>;
  inspector: Pick<Inspector, 'known'>;
  observer: Observer;
  trail: Pick<TrailWriter, 'note'>;
}

/** Notes that are taken at once, of each endpoint, and how often in a row: the rest has its turn a second later. */
const PART = 500;
const TURNS = 20;

/** See the header. Takes what there is now, up to a limit. */
export async function recordOperations({ journal, inspector, observer, trail }: JournalParts): Promise<void> {
  const endpoints = await inspector.known();
  for (let turn = 0; turn < TURNS; turn++) {
    const entries = await journal.take(endpoints, PART);
    for (const entry of entries) record(entry, observer, trail);
    if (entries.length < PART) return;
  }
}

function record(entry: JournalEntry<IngestRecord>, observer: Observer, trail: JournalParts['trail']): void {
  switch (entry.what) {
    case 'replayed': {
      const { what: _what, at, source, ...fields } = entry;
      const { endpoint, deliveryId, eventId, by } = fields;
      observer.deliveryReplayed(fields);
      trail.note({ step: 'retried', at, endpoint, deliveryId, eventId, source, by });
      return;
    }
    case 'dropped': {
      const { at, by, endpoint, deliveryId, eventId, source, attempts, reason } = entry;
      const settled = { endpoint, deliveryId, eventId, outcome: 'dropped', reason } as const;
      observer.deliverySettled({ ...settled, attempts, detail: `dropped from the dead-letter set by ${by}` });
      trail.note({ step: 'settled', at, source, by, ...settled });
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
