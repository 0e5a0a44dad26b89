/**
 * The endpoint behind `archive`. Events are written to PostgreSQL from a queue like any other endpoint's, with its dead
 * letters, its pause and its metrics.
 */
import type { EventClass } from '@longshore/event';
import { type HttpEndpoint, httpEndpoint } from './endpoint.js';
import type { Config } from './schema.js';

/** The settings of `archive`, with defaults applied. */
export type ArchiveSettings = NonNullable<Config['archive']>;

/** An endpoint that is written to the archive. It is made from `archive` and cannot be written in `notifications`. */
export type ArchiveEndpoint = Omit<HttpEndpoint, 'kind' | 'batch' | 'accept'> & {
  accept: EventClass[];
  kind: 'archive';
  batch: NonNullable<HttpEndpoint['batch']>;
  /** It gets them whatever `events.includereferences` says. */
  references: true;
};

/** What commands, pages, records and metrics call the endpoint. `longshore check` refuses it to any other. */
export const ARCHIVE_ENDPOINT = 'archive';

/** Events of one transaction, and how long the first waits for others: a COMMIT costs as much as 100 rows. */
const BATCH = { events: 500, wait: 10, bytes: 16 * 2 ** 20 };
/** Transactions at once, over all workers: they write the same counts, one after the other. */
const CONCURRENCY = 4;

/** The endpoint; empty without `archive`. No hold of its own: while PostgreSQL is unavailable nothing is an attempt. */
export function archiveEndpoints({ archive }: Pick<Config, 'archive'>): ArchiveEndpoint[] {
  if (!archive) return [];
  const endpoint = httpEndpoint.parse({ kind: 'http', name: ARCHIVE_ENDPOINT });
  return [
    {
      ...endpoint,
      kind: 'archive',
      references: true,
      hold: undefined,
      accept: ['event', 'other', 'log'],
      ownpulls: archive.ownpulls,
      ignore: archive.ignore,
      batch: BATCH,
      concurrency: CONCURRENCY,
    },
  ];
}
