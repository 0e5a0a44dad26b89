/** Image events and pulls that are not in the queue yet. */
import type pg from 'pg';
import type { PullEvent } from '../../pulls/types.js';
import type { ImageEvent } from '../types.js';

/** An event as it is kept. */
export interface UnpublishedEvent {
  event: ImageEvent | PullEvent;
  /** Kind of the source. */
  kind: string;
  /** Epoch milliseconds at which it was made. */
  madeAt: number;
  /** 0 where the archive does not have the repository. */
  repositoryId: number;
}

const MOST = 200;

const LIST = `
  select i.body as event, s.kind, extract(epoch from i.made_at)::float8 * 1000 as "madeAt",
    coalesce(i.repository_id, 0) as "repositoryId"
  from image_event i join source s on s.name = i.body ->> 'source'
  where not i.published and not coalesce(i.repository_id, 0) = any($1::int[]) order by i.at, i.type, i.id limit ${MOST}`;

const MARK = 'update image_event set published = true where id = $1 and at = $2';

/** The oldest first. @param without ids of repositories. Rejects with the error of PostgreSQL */
export async function unpublished(pool: pg.Pool, without: readonly number[]): Promise<UnpublishedEvent[]> {
  const { rows } = await pool.query<UnpublishedEvent>(LIST, [without]);
  return rows.map((row) => ({ ...row, madeAt: Math.round(row.madeAt) }));
}

/** Once every delivery of it is durable. Rejects with the error of PostgreSQL. */
export async function markPublished(pool: pg.Pool, { id, at }: UnpublishedEvent['event']): Promise<void> {
  await pool.query(MARK, [id, at]);
}
