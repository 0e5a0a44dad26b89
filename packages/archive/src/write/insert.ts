/** The rows of a batch in one statement. It answers which of them are new; the others were there. */
import type pg from 'pg';
import { type Addresses, keptAddress } from './address.js';
import type { IdRow } from './dictionary.js';

/** A row with its packed body. */
export interface PackedRow extends IdRow {
  body: Buffer | null;
  bodyBytes: number | null;
}

const COLUMNS: readonly [name: string, type: string, value: (row: PackedRow) => unknown][] = [
  ['at', 'timestamptz', (row) => row.at],
  ['received_at', 'timestamptz', (row) => row.receivedAt],
  ['size', 'bigint', (row) => row.size],
  ['id', 'uuid', (row) => row.id],
  ['event_uuid', 'uuid', (row) => row.eventUuid],
  ['request_id', 'uuid', (row) => row.requestId],
  ['repository_id', 'int', (row) => row.repositoryId],
  ['actor_id', 'int', (row) => row.actorId],
  ['agent_id', 'int', (row) => row.agentId],
  ['media_type_id', 'int', (row) => row.mediaTypeId],
  ['host_id', 'int', (row) => row.hostId],
  ['instance_id', 'int', (row) => row.instanceId],
  ['from_repository_id', 'int', (row) => row.fromRepositoryId],
  ['native_type_id', 'int', (row) => row.nativeTypeId],
  ['body_bytes', 'int', (row) => row.bodyBytes],
  ['source_id', 'smallint', (row) => row.sourceId],
  ['action', 'smallint', (row) => row.action],
  ['kind', 'smallint', (row) => row.kind],
  ['method', 'smallint', (row) => row.method],
  ['tag', 'text', (row) => row.tag],
  ['digest', 'bytea', (row) => row.digest],
  ['addr', 'inet', (row) => row.addr],
  ['event_id', 'text', (row) => row.eventId],
  ['body', 'bytea', (row) => row.body],
];

const NAMES = COLUMNS.map(([name]) => name).join(', ');
const ARRAYS = COLUMNS.map(([, type], i) => `$${i + 1}::${type}[]`).join(', ');

/** The statement for what is kept of addresses. */
export function insertStatement(keep: Addresses): string {
  const values = COLUMNS.map(([name]) => (name === 'addr' ? keptAddress('w.addr', keep) : `w.${name}`));
  return `insert into event (${NAMES}) select ${values.join(', ')} from unnest(${ARRAYS}) w (${NAMES})
    on conflict do nothing returning id`;
}

/** @returns ids of the rows that are new. Rejects with the error of PostgreSQL */
export async function insertRows(
  client: pg.PoolClient,
  statement: string,
  rows: readonly PackedRow[],
): Promise<Set<string>> {
  const values = COLUMNS.map(([, , value]) => rows.map(value));
  const { rows: added } = await client.query({ name: 'archive-insert', text: statement, values });
  return new Set(added.map(({ id }) => id));
}

/** Ids of those rows that are in the archive, under whatever time. */
export async function archivedIds(client: pg.PoolClient, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const { rows } = await client.query('select id from event where id = any($1)', [ids]);
  return new Set(rows.map(({ id }) => id));
}
