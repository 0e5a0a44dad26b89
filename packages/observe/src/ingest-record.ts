/**
 * Collects the records of ingest as values, for a process whose log is not kept, such as a command that retries
 * quarantined requests. Another process records them.
 */
import type { Observer } from './observer.js';
import type { RecordFields } from './records.js';

/** One call of an observer. */
export type IngestRecord =
  | {
      what: 'received';
      fields: RecordFields['event.received'];
      also: { enqueuedTo: Readonly<Record<string, number>> };
    }
  | { what: 'quarantined'; fields: RecordFields['event.quarantined'] }
  | { what: 'ignored'; fields: RecordFields['delivery.ignored'] }
  | { what: 'collapsed'; fields: RecordFields['delivery.collapsed'] }
  | { what: 'superseded'; fields: RecordFields['delivery.superseded'] }
  | { what: 'eventsReplayed'; fields: RecordFields['event.replayed'] };

/** Takes the calls of an observer as values. */
export function collectRecords(
  push: (record: IngestRecord) => void,
): Pick<
  Observer,
  | 'eventReceived'
  | 'eventQuarantined'
  | 'eventsReplayed'
  | 'deliveryIgnored'
  | 'deliveryCollapsed'
  | 'deliverySuperseded'
> {
  return {
    eventReceived: (fields, also) => push({ what: 'received', fields, also }),
    eventQuarantined: (fields) => push({ what: 'quarantined', fields }),
    deliveryIgnored: (fields) => push({ what: 'ignored', fields }),
    deliveryCollapsed: (fields) => push({ what: 'collapsed', fields }),
    deliverySuperseded: (fields) => push({ what: 'superseded', fields }),
    eventsReplayed: (fields) => push({ what: 'eventsReplayed', fields }),
  };
}

/** The other end of {@link collectRecords}. */
export function recordAgain(record: IngestRecord, observer: Observer): void {
  if (record.what === 'received') observer.eventReceived(record.fields, record.also);
  else if (record.what === 'quarantined') observer.eventQuarantined(record.fields);
  else if (record.what === 'ignored') observer.deliveryIgnored(record.fields);
  else if (record.what === 'collapsed') observer.deliveryCollapsed(record.fields);
  else if (record.what === 'superseded') observer.deliverySuperseded(record.fields);
  else observer.eventsReplayed(record.fields);
}

const WHAT: ReadonlySet<string> = new Set<IngestRecord['what']>([
  'received',
  'quarantined',
  'ignored',
  'collapsed',
  'superseded',
  'eventsReplayed',
]);

/** Is a note that another process left such a record? Its fields are only written out. */
export function isIngestRecord(note: { what: string; fields?: unknown }): note is IngestRecord {
  return WHAT.has(note.what) && typeof note.fields === 'object' && note.fields !== null;
}
