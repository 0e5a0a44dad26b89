/** Writes many rows of one table in one statement, in the order of their keys: no two processes wait in a circle. */
import type pg from 'pg';

/** A table, what identifies a row of it, and what becomes of a row that is there. */
export interface Upsert<Item> {
  table: string;
  columns: readonly [name: string, type: string, value: (item: Item) => unknown][];
  key: readonly string[];
  /** `set` of the update; undefined: a row that is there stays as it is. */
  set?: string;
  /** Only then it is updated: a row that would be the same is not written again. */
  where?: string;
}

/** Rejects with the error of PostgreSQL. */
export async function upsert<Item>(
  client: pg.PoolClient,
  { table, columns, key, set, where }: Upsert<Item>,
  items: readonly Item[],
): Promise<void> {
  if (items.length === 0) return;
  const names = columns.map(([name]) => name).join(', ');
  const arrays = columns.map(([, type], i) => `$${i + 1}::${type}[]`).join(', ');
  const update = set ? `do update set ${set}${where ? ` where ${where}` : ''}` : 'do nothing';
  await client.query({
    name: `archive-${table}`,
    text: `insert into ${table} as t (${names}) select ${names} from unnest(${arrays}) w (${names})
      order by ${key.join(', ')} on conflict (${key.join(', ')}) ${update}`,
    values: columns.map(([, , value]) => items.map(value)),
  });
}
