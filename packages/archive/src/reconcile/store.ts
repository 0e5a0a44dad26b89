/** What comparisons read and remember in PostgreSQL. Rejects with LongshoreError ARCHIVE_UNAVAILABLE. */
import type pg from 'pg';
import { digestText } from '../db/digest.js';
import { asUnavailable } from '../history/copy.js';
import type { CoveredSpan, Doubt, KnownTag, ReconcileState } from './types.js';

/** See the header. */
export interface ReconcileStore {
  /** Of a source; one that no event has named yet is added. */
  sourceId(name: string, kind: string): Promise<number>;
  state(source: number): Promise<ReconcileState>;
  doubts(source: number): Promise<Doubt[]>;
  /** Names of the repositories that have a tag. */
  repositories(source: number): Promise<string[]>;
  tags(source: number, repository: string): Promise<Map<string, KnownTag>>;
  /** Events may be missing in this time, until a comparison has looked at it. */
  doubt(source: number, span: CoveredSpan): Promise<void>;
  /** In one transaction. Without `unread` the comparison did not come to its end, and only the doubts are kept. */
  save(
    source: number,
    what: { doubts: readonly Doubt[]; lookedAt: string; unread?: string[]; span?: CoveredSpan },
  ): Promise<void>;
}

const VERDICTS: readonly CoveredSpan['verdict'][] = ['complete', 'gap', 'unknown'];

/** See the header. */
export function createReconcileStore(pool: pg.Pool): ReconcileStore {
  return {
    async sourceId(name, kind) {
      const find = () => pool.query<{ id: number }>('select id from source where name = $1', [name]);
      const known = await find().catch(asUnavailable);
      if (known.rows[0]) return Number(known.rows[0].id);
      const text = 'insert into source (name, kind) values ($1, $2) on conflict (name) do nothing';
      await pool.query(text, [name, kind]).catch(asUnavailable);
      return Number((await find().catch(asUnavailable)).rows[0]?.id);
    },
    async state(source) {
      const text = 'select baseline_at, looked_at, unread from reconcile_source where source_id = $1';
      const { rows } = await pool.query(text, [source]).catch(asUnavailable);
      const [row] = rows;
      return row
        ? { baselineAt: row.baseline_at, lookedAt: row.looked_at, unread: row.unread }
        : { unread: [] };
    },
    async doubts(source) {
      const text = `select repository, tag, kind, digest, since, seen_at, healed_at
        from reconcile_doubt where source_id = $1`;
      const { rows } = await pool.query(text, [source]).catch(asUnavailable);
      return rows.map(({ repository, tag, kind, digest, since, seen_at: seenAt, healed_at: healedAt }) => ({
        ...{ repository, tag, kind, seenAt },
        ...(digest !== null && { digest }),
        ...(since !== null && { since }),
        ...(healedAt !== null && { healedAt }),
      }));
    },
    async repositories(source) {
      const text = `select r.name from repository r where r.source_id = $1 and exists (
        select from tag_state t where t.repository_id = r.id and not t.deleted and t.at is not null) order by r.name`;
      const { rows } = await pool.query<{ name: string }>(text, [source]).catch(asUnavailable);
      return rows.map(({ name }) => name);
    },
    async tags(source, repository) {
      const text = `select t.tag, t.digest, t.deleted, t.at from tag_state t join repository r on r.id = t.repository_id
        where r.source_id = $1 and r.name = $2`;
      const { rows } = await pool
        .query<{ tag: string; digest: Buffer | null; deleted: boolean; at: string | null }>(text, [
          source,
          repository,
        ])
        .catch(asUnavailable);
      return new Map(
        rows.map(({ tag, digest, deleted, at }) => [
          tag,
          { deleted, ...(digest && { digest: digestText(digest) }), ...(at !== null && { at }) },
        ]),
      );
    },
    async doubt(source, span) {
      await cover(pool, source, span).catch(asUnavailable);
    },
    save: (source, what) => save(pool, source, what).catch(asUnavailable),
  };
}

const DOUBTS = `insert into reconcile_doubt (source_id, repository, tag, kind, digest, since, seen_at, healed_at)
  select $1, d.* from jsonb_to_recordset($2::jsonb) d (repository text, tag text, kind text, digest text,
    since timestamptz, "seenAt" timestamptz, "healedAt" timestamptz)`;

async function save(
  pool: pg.Pool,
  source: number,
  { doubts, lookedAt, unread, span }: Parameters<ReconcileStore['save']>[1],
): Promise<void> {
  const client = await pool.connect();
  let fault: Error | undefined;
  try {
    await client.query('begin');
    await client.query('delete from reconcile_doubt where source_id = $1', [source]);
    await client.query(DOUBTS, [source, JSON.stringify(doubts)]);
    if (unread) {
      await client.query(
        `insert into reconcile_source (source_id, baseline_at, looked_at, unread) values ($1, $2, $2, $3)
         on conflict (source_id) do update set looked_at = excluded.looked_at, unread = excluded.unread`,
        [source, lookedAt, JSON.stringify(unread)],
      );
    }
    if (span) {
      // What was in doubt is known now.
      if (span.verdict !== 'unknown') await client.query(CLOSED, [source, span.since, span.until]);
      await cover(client, source, span);
    }
    await client.query('commit');
  } catch (error) {
    fault = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.release(fault);
  }
}

const CLOSED = `delete from coverage
  where source_id = $1 and verdict = 2 and until > $2::timestamptz and until <= $3::timestamptz`;

/** A span that continues one of the same verdict makes it longer. */
async function cover(
  client: pg.Pool | pg.PoolClient,
  source: number,
  { since, until, verdict, note }: CoveredSpan,
): Promise<void> {
  const code = VERDICTS.indexOf(verdict);
  const values = [source, since, until, code, note];
  const { rowCount } = await client.query(
    `update coverage set until = $3 where source_id = $1 and until = $2 and verdict = $4 and note = $5 and verdict <> 1`,
    values,
  );
  if (rowCount) return;
  await client.query(
    `insert into coverage (source_id, since, until, verdict, note) values ($1, $2, $3, $4, $5)
     on conflict (source_id, since) do update set until = excluded.until, verdict = excluded.verdict, note = excluded.note`,
    values,
  );
}
