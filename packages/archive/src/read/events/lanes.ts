/**
 * The SQL of a search. Each lane is read newest first through an index, and ends after one page: for several
 * repositories or digests one index scan for each, since PostgreSQL would sort all of their events otherwise.
 */
import { type RawBuilder, sql } from 'kysely';
import { all, type Condition } from '../filter.js';

/** One way to events. An event that several lanes find is answered once. */
export interface Lane {
  /** One of these, each scanned by itself. */
  each?: { column: 'repository_id' | 'digest'; values: readonly (number | Buffer)[] };
  where: readonly Condition[];
}

/** How much of what. */
export interface Slice {
  columns: RawBuilder<unknown>;
  /** Of every lane: filter, window and cursor. */
  where: readonly Condition[];
  first: 'newest' | 'oldest';
  /** Rows. */
  limit: number;
}

/**
 * Rows that the scans of one lane read at most: 500 scans for a page of 50. Beyond that the values are one condition,
 * and PostgreSQL filters what it reads in the order of time.
 */
const MOST_ROWS = 25_000;
const ARRAY_OF = { repository_id: sql.raw('int[]'), digest: sql.raw('bytea[]') };

/** Rows of the lanes in order, each once. */
export function slice<Row>(lanes: readonly Lane[], part: Slice): RawBuilder<Row> {
  const [only, ...others] = lanes.map((lane) => laneRows(lane, part));
  if (!only) throw new Error('a search has a lane');
  if (others.length === 0) return only as RawBuilder<Row>;
  const union = sql.join(
    [only, ...others].map((rows) => sql`(${rows})`),
    sql` union all `,
  );
  return sql<Row>`select distinct on (e.at, e.id) e.* from (${union}) e ${ordered(part)}`;
}

function laneRows({ each, where }: Lane, part: Slice): RawBuilder<unknown> {
  const conditions = [...where, ...part.where];
  if (!each) return rowsOf(conditions, part);
  const [value, ...values] = each.values;
  const column = sql.ref(`e.${each.column}`);
  if (values.length === 0) return rowsOf([sql`${column} = ${value}`, ...conditions], part);
  const array = sql`${each.values}::${ARRAY_OF[each.column]}`;
  if (each.values.length * part.limit > MOST_ROWS)
    return rowsOf([sql`${column} = any(${array})`, ...conditions], part);
  const scan = rowsOf([sql`${column} = one.value`, ...conditions], part);
  return sql`select e.* from unnest(${array}) as one(value) cross join lateral (${scan}) e ${ordered(part)}`;
}

const rowsOf = (conditions: readonly Condition[], part: Slice): RawBuilder<unknown> =>
  sql`select ${part.columns} from event e where ${all(conditions)} ${ordered(part)}`;

const ordered = ({ first, limit }: Slice): RawBuilder<unknown> =>
  first === 'newest'
    ? sql`order by e.at desc, e.id desc limit ${limit}`
    : sql`order by e.at, e.id limit ${limit}`;

/** After a position, in the order of the slice. The first condition is what partitions are chosen by. */
export const after = (first: Slice['first'], [at, id]: readonly (string | number)[]): Condition[] =>
  first === 'newest'
    ? [sql`e.at <= ${at}::timestamptz`, sql`(e.at, e.id) < (${at}::timestamptz, ${id}::uuid)`]
    : [sql`e.at >= ${at}::timestamptz`, sql`(e.at, e.id) > (${at}::timestamptz, ${id}::uuid)`];
