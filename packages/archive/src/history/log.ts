/**
 * The entries that were copied, as a log that is searched: the newest first, in pages with a keyset. A search by name or
 * digest looks at no more than some thousand entries, one by ids at no more than some ten thousand.
 */
import type { FeedPosition, HistoryEntry, HistoryStore, HistoryTerms } from '@longshore/event';
import type pg from 'pg';
import { asUnavailable } from './copy.js';
import { digestBytes, eventKey, isId, keyOfId, NO_SUBJECT, uuidOf } from './keys.js';
import { COLUMNS, entryOf, type StoredRow, stepCode, WORD_COLUMNS } from './rows.js';

/** See the header. */
export function createHistoryStore(pool: pg.Pool): HistoryStore {
  return {
    async open() {
      const { rows } = await pool.query('select part, at, n, since from history_cursor').catch(asUnavailable);
      const copied = new Map<string, FeedPosition>(rows.map(({ part, at, n }) => [part, { at, n }]));
      const since = rows.flatMap((row) => (row.since === null ? [] : Date.parse(row.since)));
      const oldest = await oldestOf(pool).catch(asUnavailable);
      return {
        copied,
        ...(since.length > 0 && { since: Math.max(Math.min(...since), oldest ?? 0) }),
        having: (terms) => having(pool, terms),
      };
    },
  };
}

/** Retention removes what is older than the first partition. */
async function oldestOf(pool: pg.Pool): Promise<number | undefined> {
  const { rows } = await pool.query('select min(at) as at from history');
  const at = rows[0]?.at;
  return at ? Date.parse(at) : undefined;
}

const PAGE = 1_000;
/** Pages of a search. */
const MOST_PAGES = { named: 10, ids: 50 };
/** Different digests that a beginning of one is looked up as. */
const MOST_DIGESTS = 8;

async function* having(pool: pg.Pool, terms: HistoryTerms): AsyncGenerator<readonly HistoryEntry[]> {
  try {
    const conditions = await conditionsFor(pool, terms);
    const isNamed = conditions.some(({ named }) => named);
    let after: Place | undefined;
    for (let page = 0; page < (isNamed ? MOST_PAGES.named : MOST_PAGES.ids); page++) {
      const rows = await readPage(pool, conditions, after);
      const last = rows.at(-1);
      yield rows
        .map(entryOf)
        .filter((entry) => entry !== undefined)
        .reverse();
      if (!last || rows.length < PAGE) return;
      after = { at: String(last.at), subject: String(last.subject), id: String(last.id) };
    }
  } catch (error) {
    asUnavailable(error);
  }
}

interface Place {
  at: string;
  subject: string;
  id: string;
}

/** A condition that one index answers. */
interface Condition {
  sql: (first: number) => string;
  values: unknown[];
  /** By repository, tag or digest. */
  named?: boolean;
}

async function conditionsFor(pool: pg.Pool, terms: HistoryTerms): Promise<Condition[]> {
  const {
    events = [],
    deliveries = [],
    quarantined = [],
    repositories = [],
    tags = [],
    digests = [],
  } = terms;
  const conditions: Condition[] = [];
  const subjects = [...events.map(eventKey), ...quarantined.filter(isId).map(keyOfId)];
  const add = (values: unknown[], sql: Condition['sql'], named = false): void =>
    void conditions.push({ sql, values, named });
  if (subjects.length > 0) add([subjects], (n) => `h.subject = any($${n}::uuid[])`);
  const ids = deliveries.filter(isId).map(uuidOf);
  if (ids.length > 0) add([ids], (n) => `h.delivery = any($${n}::uuid[])`);
  const words = await idsOf(pool, [...repositories, ...tags.map(({ repository }) => repository)]);
  for (const name of repositories) {
    const id = words.get(name);
    if (id !== undefined) add([id], (n) => `h.repository = $${n}`, true);
  }
  for (const { repository, tag } of tags) {
    const id = words.get(repository);
    if (id !== undefined) add([id, tag], (n) => `h.repository = $${n} and h.tag = $${n + 1}`, true);
  }
  for (const bytes of await digestsOf(pool, digests)) add([bytes], (n) => `h.digest = $${n}`, true);
  if (terms.gaps) add([NO_SUBJECT], (n) => `h.subject = $${n} and h.step = ${stepCode('gap')}`);
  return conditions;
}

async function idsOf(pool: pg.Pool, words: readonly string[]): Promise<Map<string, number>> {
  const known = words.filter((word) => !word.includes('\0'));
  if (known.length === 0) return new Map();
  const { rows } = await pool.query('select id, word from history_word where word = any($1::text[])', [
    known,
  ]);
  return new Map(rows.map(({ id, word }) => [word, id]));
}

/** A beginning as the digests that begin with it: each can be read from the index newest first, their range cannot. */
async function digestsOf(pool: pg.Pool, digests: readonly string[]): Promise<Buffer[]> {
  const found: Buffer[] = [];
  for (const digest of digests) {
    const first = digestBytes(digest);
    if (!first) continue;
    const end = Buffer.concat([first, Buffer.alloc(64, 0xff)]);
    for (let from = first, n = 0; n < MOST_DIGESTS; n++) {
      const { rows } = await pool.query(
        `select digest from history where digest >= $1 and digest <= $2 order by digest limit 1`,
        [from, end],
      );
      const next: unknown = rows[0]?.digest;
      if (!Buffer.isBuffer(next)) break;
      found.push(next);
      from = Buffer.concat([next, Buffer.of(0)]);
    }
  }
  return found;
}

const NAMES = Object.keys(COLUMNS);
const isWord = (name: string): boolean => WORD_COLUMNS.some((word) => word === name);
/** A bigint has more digits than a number of JavaScript. */
const selected = (name: string): string =>
  isWord(name) ? `${name}_word.word as ${name}` : name === 'id' ? 'h.id::text as id' : `h.${name}`;
const SELECTED = NAMES.map(selected).join(', ');
const JOINED = WORD_COLUMNS.map(
  (name) => `left join history_word ${name}_word on ${name}_word.id = h.${name}`,
);

/** One index scan for each condition; a row that two of them find is one. */
async function readPage(
  pool: pg.Pool,
  conditions: readonly Condition[],
  after: Place | undefined,
): Promise<StoredRow[]> {
  if (conditions.length === 0) return [];
  const values: unknown[] = after ? [after.at, after.subject, after.id] : [];
  const behind = after ? 'and (h.at, h.subject, h.id) < ($1::timestamptz, $2::uuid, $3::bigint)' : '';
  const scans = conditions.map(({ sql, values: own }) => {
    const condition = sql(values.length + 1);
    values.push(...own);
    return `(select * from history h where ${condition} ${behind}
      order by h.at desc, h.subject desc, h.id desc limit ${PAGE})`;
  });
  const { rows } = await pool.query<StoredRow>(
    `select ${SELECTED} from (${scans.join(' union ')}) h ${JOINED.join(' ')}
     order by h.at desc, h.subject desc, h.id desc limit ${PAGE}`,
    values,
  );
  return rows;
}
