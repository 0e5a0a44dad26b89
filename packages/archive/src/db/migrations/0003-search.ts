import type { Migration } from '../migration.js';

/**
 * Indexes for searches by what is rare among the events of a time. An index of one column costs 7 bytes an event,
 * since equal keys share an entry; PostgreSQL sorts what it finds by it, and reads what is frequent in the order of time.
 */
export const search: Migration = {
  id: 3,
  name: 'search',
  sql: `
create index event_actor on event (actor_id) where actor_id is not null;
create index event_addr on event (addr) where addr is not null;
create index event_agent on event (agent_id) where agent_id is not null;
create index event_named on event (tag) where tag is not null;
create index event_action on event (action) where action <> 0;
`,
};
