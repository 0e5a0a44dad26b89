/**
 * Restarts of registries: a process that is new sends events under a new instance id, and what the one before it had
 * not sent is lost. A registry that gets one more process looks the same, which costs one comparison.
 */
import type pg from 'pg';
import { LABEL_KINDS } from '../db/tables.js';
import { asUnavailable } from '../history/copy.js';

/** A process of a registry that is new. Times are ISO 8601. */
export interface Restart {
  source: string;
  sourceId: number;
  /** Of the last event before it. */
  since: string;
  /** Of its first event. */
  until: string;
}

/** Finds restarts since the look before. */
export interface RestartWatch {
  /** The first look finds nothing: it sees which processes there are. Rejects with LongshoreError ARCHIVE_UNAVAILABLE. */
  look(): Promise<Restart[]>;
}

/** Ids of labels grow, so a new one is above all that were there. Its events are young. */
const NEW = `
with fresh as (select id from label where kind = ${LABEL_KINDS.instance} and id > $1)
select f.id, s.name as source, s.id as source_id, first.at as until, before.at as since
from fresh f
cross join lateral (
  select e.source_id, e.at from event e
  where e.instance_id = f.id and e.received_at > now() - interval '1 hour' and e.at > now() - interval '1 day'
  order by e.at limit 1) first
join source s on s.id = first.source_id
cross join lateral (
  select e.at from event e
  where e.source_id = first.source_id and e.at < first.at and e.at > first.at - interval '90 days'
    and e.instance_id is not null and e.instance_id <> f.id
  order by e.at desc limit 1) before
order by f.id`;

/** See the header. */
export function createRestartWatch(pool: pg.Pool): RestartWatch {
  let last: number | undefined;
  return {
    async look() {
      const newest = `select coalesce(max(id), 0) as id from label where kind = ${LABEL_KINDS.instance}`;
      const { rows: ids } = await pool.query<{ id: number }>(newest).catch(asUnavailable);
      const highest = Number(ids[0]?.id ?? 0);
      const from = last;
      last = highest;
      if (from === undefined || highest <= from) return [];
      const { rows } = await pool.query(NEW, [from]).catch((error) => {
        last = from;
        return asUnavailable(error);
      });
      return rows.map(({ source, source_id: sourceId, since, until }) => ({
        source,
        sourceId,
        since,
        until,
      }));
    },
  };
}
