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
  const [only, ...others] = lanes;
  if (only && others.length === 0 && scansOf(only, part) === 1)
    return laneRows<Row>(only, part.columns, part);
  // What a page does not show is read from the indexes alone: rows are fetched when it is known which ones.
  const keys = sql.join(
    lanes.map((lane) => sql`(${laneRows(lane, KEYS, part)})`),
    sql` union all `,
  );
  const shown = sql`select distinct e.at, e.id from (${keys}) e ${ordered(part)}`;
  return sql<Row>`select ${part.columns} from (${shown}) one join event e on e.at = one.at and e.id = one.id
    ${ordered(part)}`;
}

const KEYS = sql`e.at, e.id`;

/** One for all values where each by itself would read too much. */
function scansOf({ each }: Lane, { limit }: Slice): number {
  const count = each?.values.length ?? 1;
  return count * limit > MOST_ROWS ? 1 : count;
}

function laneRows<Row>(lane: Lane, columns: RawBuilder<unknown>, part: Slice): RawBuilder<Row> {
  const { each, where } = lane;
  const conditions = [...where, ...part.where];
  const rows = (condition: readonly Condition[]) =>
    sql<Row>`select ${columns} from event e where ${all([...condition, ...conditions])} ${ordered(part)}`;
  if (!each) return rows([]);
  const column = sql.ref(`e.${each.column}`);
  if (each.values.length === 1) return rows([sql`${column} = ${each.values[0]}`]);
  const array = sql`${each.values}::${ARRAY_OF[each.column]}`;
  if (scansOf(lane, part) === 1) return rows([sql`${column} = any(${array})`]);
  return sql<Row>`select e.* from unnest(${array}) as one(value)
    cross join lateral (${rows([sql`${column} = one.value`])}) e ${ordered(part)}`;
}

const ordered = ({ first, limit }: Slice): RawBuilder<unknown> =>
  first === 'newest'
    ? sql`order by e.at desc, e.id desc limit ${limit}`
    : sql`order by e.at, e.id limit ${limit}`;

/** After a position, in the order of the slice. The first condition is what partitions are chosen by. */
export const after = (first: Slice['first'], [at, id]: readonly (string | number)[]): Condition[] =>
  first === 'newest'
    ? [sql`e.at <= ${at}::timestamptz`, sql`(e.at, e.id) < (${at}::timestamptz, ${id}::uuid)`]
    : [sql`e.at >= ${at}::timestamptz`, sql`(e.at, e.id) > (${at}::timestamptz, ${id}::uuid)`];
