import type { Migration } from '../migration.js';

/**
 * Which pages have events of which time, for searches that sort: PostgreSQL reads what an index finds only where the
 * page is of the time that is asked for. It costs less than a tenth of a byte an event.
 */
export const spans: Migration = {
  id: 5,
  name: 'spans',
  sql: 'create index event_span on event using brin (at) with (pages_per_range = 16, autosummarize = on)',
};
