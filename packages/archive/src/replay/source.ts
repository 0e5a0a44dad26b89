/**
 * The events of a window, oldest first, as they were published: to be published again. Pages with a keyset, so that a
 * replay continues where it was, and an event that is archived meanwhile moves nothing.
 */
import { globMatcher, type TakenEvent, takenOf } from '@longshore/event';
import type pg from 'pg';
import { allowMinutes } from '../db/answer-timeout.js';
import { digestText } from '../db/digest.js';
import { ACTION_CODES } from '../db/tables.js';
import { asUnavailable } from '../history/copy.js';
import { rowId, unpackDelivery } from '../write/stored.js';

/** Which events. Times are ISO 8601, with microseconds where they matter. */
export interface ReplayWindow {
  /** Included. */
  since: string;
  /** Not included. */
  until: string;
  /** A glob. */
  repository?: string;
  /** `push`, `pull`, `mount`, `delete`, `other`, or a sender's own name of an event. */
  action?: string;
}

/** The place of an event in the archive's order. */
export interface ReplayPlace {
  /** The event's own time, ISO 8601 with microseconds. */
  at: string;
  id: string;
}

/** One event of the window. */
export interface ReplayedEvent {
  place: ReplayPlace;
  /** Undefined: its body was not kept, or cannot be read by this version. */
  taken?: TakenEvent;
  /** Size of its body. */
  bytes: number;
}

/** Reads the archive for a replay. */
export interface ReplaySource {
  /**
   * How many events of the window there are; a million for more.
   * @throws LongshoreError ARCHIVE_UNAVAILABLE
   */
  count(window: ReplayWindow): Promise<number>;
  /**
   * @param after the last event of the page before
   * @returns fewer than `limit` at the end of the window only
   * @throws LongshoreError ARCHIVE_UNAVAILABLE
   */
  page(window: ReplayWindow, after: ReplayPlace | undefined, limit: number): Promise<ReplayedEvent[]>;
  /** The newest events, newest first. @throws LongshoreError ARCHIVE_UNAVAILABLE */
  latest(limit: number): Promise<ReplayedEvent[]>;
  /** The event of this id, of whatever source; undefined: not archived. @throws LongshoreError ARCHIVE_UNAVAILABLE */
  find(eventId: string): Promise<ReplayedEvent | undefined>;
}

/** A window with few matches may have to be read from end to end for one page. */
const STATEMENT_TIMEOUT_MS = 600_000;

/** See the header. */
export function createReplaySource(pool: pg.Pool): ReplaySource {
  return {
    count: (window) => count(pool, window).catch(asUnavailable),
    page: (window, after, limit) => readPage(pool, window, after, limit).catch(asUnavailable),
    latest: (limit) => latest(pool, limit).catch(asUnavailable),
    find: (eventId) => find(pool, eventId).catch(asUnavailable),
  };
}

const COLUMNS = `
  e.at, e.id, coalesce(e.event_uuid::text, e.event_id) as event_id, s.name as source, s.kind as source_kind,
  e.action, n.name as native_type, r.name as repository, e.tag, e.digest, m.name as media_type, e.received_at,
  e.body, e.body_bytes`;

const JOINED = `
  join source s on s.id = e.source_id
  left join repository r on r.id = e.repository_id
  left join label n on n.id = e.native_type_id
  left join label m on m.id = e.media_type_id`;

interface EventRow {
  at: string;
  id: string;
  event_id: string;
  source: string;
  source_kind: string;
  action: number;
  native_type: string | null;
  repository: string | null;
  tag: string | null;
  digest: Buffer | null;
  media_type: string | null;
  received_at: string;
  body: Buffer | null;
  body_bytes: number | null;
}

async function readPage(
  pool: pg.Pool,
  window: ReplayWindow,
  after: ReplayPlace | undefined,
  limit: number,
): Promise<ReplayedEvent[]> {
  const { where, values, bind } = await filtered(pool, window);
  const behind = after ? `and (e.at, e.id) > (${bind(after.at)}::timestamptz, ${bind(after.id)}::uuid)` : '';
  const sql = `select ${COLUMNS} from event e ${JOINED} where ${where} ${behind}
    order by e.at, e.id limit ${bind(limit)}`;
  return (await slowly<EventRow>(pool, sql, values)).map(replayed);
}

async function latest(pool: pg.Pool, limit: number): Promise<ReplayedEvent[]> {
  const sql = `select ${COLUMNS} from event e ${JOINED} order by e.at desc, e.id desc limit $1`;
  return (await pool.query<EventRow>(sql, [limit])).rows.map(replayed);
}

async function find(pool: pg.Pool, eventId: string): Promise<ReplayedEvent | undefined> {
  const sources = await pool.query<{ name: string }>('select name from source');
  const ids = sources.rows.map(({ name }) => rowId(name, eventId));
  const sql = `select ${COLUMNS} from event e ${JOINED} where e.id = any($1::uuid[]) order by e.at desc limit 1`;
  return (await pool.query<EventRow>(sql, [ids])).rows.map(replayed)[0];
}

const MOST_COUNTED = 1_000_000;

async function count(pool: pg.Pool, window: ReplayWindow): Promise<number> {
  const { where, values } = await filtered(pool, window);
  const sql = `select count(*) as events from (
    select 1 from event e left join label n on n.id = e.native_type_id where ${where} limit ${MOST_COUNTED}) e`;
  const [row] = await slowly<{ events: number }>(pool, sql, values);
  return row?.events ?? 0;
}

async function filtered(pool: pg.Pool, { since, until, action, repository }: ReplayWindow) {
  const values: unknown[] = [since, until];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const conditions = ['e.at >= $1::timestamptz', 'e.at < $2::timestamptz'];
  if (action !== undefined) conditions.push(actionCondition(action, bind));
  if (repository !== undefined) {
    const ids = bind(await repositoriesOf(pool, repository));
    conditions.push(`e.repository_id in (select unnest(${ids}::int[]))`);
  }
  return { where: conditions.join(' and '), values, bind };
}

/** With timeouts of its own, so on a connection that ends with it. */
async function slowly<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  sql: string,
  values: unknown[],
): Promise<Row[]> {
  const client = await pool.connect();
  try {
    await allowMinutes(client, STATEMENT_TIMEOUT_MS);
    await client.query('set default_transaction_read_only = on');
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    client.release(true);
  }
}

function actionCondition(action: string, bind: (value: unknown) => string): string {
  const code = Object.entries(ACTION_CODES).find(([name]) => name === action)?.[1];
  if (code !== undefined) return `e.action = ${bind(code)}`;
  return `e.action = ${ACTION_CODES.other} and n.name = ${bind(action)}`;
}

const NAMES_PAGE = 10_000;

/** Ids of the repositories whose names the glob matches. */
async function repositoriesOf(pool: pg.Pool, glob: string): Promise<number[]> {
  const matches = globMatcher([glob]);
  const found: number[] = [];
  for (let last = 0; ; ) {
    const { rows } = await pool.query<{ id: number; name: string }>(
      'select id, name from repository where id > $1 order by id limit $2',
      [last, NAMES_PAGE],
    );
    found.push(...rows.filter(({ name }) => matches(name)).map(({ id }) => id));
    const end = rows.at(-1);
    if (!end || rows.length < NAMES_PAGE) return found;
    last = end.id;
  }
}

function replayed(row: EventRow): ReplayedEvent {
  const place = { at: row.at, id: row.id };
  const bytes = Math.abs(row.body_bytes ?? 0);
  try {
    if (!row.body || row.body_bytes === null) return { place, bytes };
    const columns = {
      eventId: row.event_id,
      source: row.source,
      sourceKind: row.source_kind,
      action: row.action,
      nativeType: row.native_type,
      repository: row.repository,
      tag: row.tag,
      digest: row.digest && digestText(row.digest),
      mediaType: row.media_type,
      receivedAt: row.received_at,
    };
    // No delivery is made of this one: its id and endpoint are of no matter.
    const delivery = { ...unpackDelivery(columns, row.body, bytes), id: '', endpoint: '' };
    return { place, bytes, taken: takenOf(delivery) };
  } catch {
    return { place, bytes };
  }
}
