/** Which new rows of a batch image events are to be made of: kept open until that is done. */
import type pg from 'pg';
import { ACTION_CODES, TARGET_KINDS } from '../../db/tables.js';
import type { IdRow } from '../../write/dictionary.js';

const NOTE = `
  insert into image_open (repository_id, at, id)
  select repository_id, at, id from unnest($1::int[], $2::timestamptz[], $3::uuid[]) w (repository_id, at, id)
  order by repository_id, at, id on conflict do nothing`;

/** In the transaction that writes the rows. Rejects with the error of PostgreSQL. */
export async function noteOpen(client: pg.PoolClient, rows: readonly IdRow[]): Promise<void> {
  const open = rows.filter((row) => row.repositoryId !== null && isOpen(row));
  if (open.length === 0) return;
  await client.query({
    name: 'archive-image-open',
    text: NOTE,
    values: [
      open.map(({ repositoryId }) => repositoryId),
      open.map(({ at }) => at),
      open.map(({ id }) => id),
    ],
  });
}

/** A push of what is no blob, or a delete of what has a digest or a tag. */
const isOpen = ({ action, kind, digest, tag }: IdRow): boolean =>
  (digest !== null || tag !== null) &&
  ((action === ACTION_CODES.push && kind !== TARGET_KINDS.blob) || action === ACTION_CODES.delete);
