/** The repositories in which something is open for long enough. */
import type pg from 'pg';
import type { ImageSettings } from '../types.js';

/** A repository, as each source of its registry has it. */
export interface DueRepository {
  registry: string;
  name: string;
  /** Of the rows of `repository`. */
  ids: number[];
}

/** What is looked at in one turn; the rest is due in the next. */
const MOST = 100;

const DUE = `
  select s.name as source, r.name
  from (
    select repository_id, min(arrived_at) as arrived_at from image_open
    where not waits and arrived_at <= now() - $1 * interval '1 ms'
      or waits and arrived_at <= now() - $2 * interval '1 ms'
    group by repository_id order by 2 limit ${MOST}) o
  join repository r on r.id = o.repository_id join source s on s.id = r.source_id
  order by o.arrived_at`;

const IDS = `
  select r.id from repository r join source s on s.id = r.source_id
  where r.name = $1 and s.name = any($2::text[]) order by r.id`;

/**
 * The longest open ones first. Rejects with the error of PostgreSQL.
 * @param sourcesOf the sources that report the same registry as this one, itself included
 */
export async function dueRepositories(
  pool: pg.Pool,
  { settle, orphan }: ImageSettings,
  sourcesOf: (source: string) => readonly string[],
): Promise<DueRepository[]> {
  const { rows } = await pool.query<{ source: string; name: string }>(DUE, [settle, orphan]);
  const due = new Map<string, DueRepository>();
  for (const { source, name } of rows) {
    const sources = sourcesOf(source);
    const [registry = source] = sources;
    const key = JSON.stringify([registry, name]);
    if (due.has(key)) continue;
    const found = await pool.query<{ id: number }>(IDS, [name, sources]);
    due.set(key, { registry, name, ids: found.rows.map(({ id }) => id) });
  }
  return [...due.values()];
}

const DELAY = `update image_open set arrived_at = now() + interval '60 seconds' where repository_id = any($1::int[])`;

/** After a failure, so that the others have their turn. Rejects with the error of PostgreSQL. */
export async function delayRepository(pool: pg.Pool, { ids }: DueRepository): Promise<void> {
  await pool.query(DELAY, [ids]);
}
