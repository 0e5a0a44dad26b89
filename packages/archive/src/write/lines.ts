/** Lines of registries' logs: a table of their own, since they are no events. */
import { type Delivery, eventOf, payloadValue } from '@longshore/event';
import type pg from 'pg';
import { noteLines } from '../pulls/store/note.js';
import { type Addresses, keptAddress } from './address.js';
import type { Row } from './row.js';
import { columnText } from './text.js';

/** A line with its row. */
export interface LogLine {
  delivery: Delivery;
  row: Row;
}

/** The answers that a client sees as a failed pull. */
const FAILED: ReadonlySet<number> = new Set([401, 403, 404, 429]);

interface LogFields {
  status: number;
  uri: string;
  kind: string;
  written?: number;
  duration?: number;
}

const COLUMNS: readonly [name: string, type: string, value: (line: LogLine, fields: LogFields) => unknown][] =
  [
    ['at', 'timestamptz', ({ row }) => row.at],
    ['id', 'uuid', ({ row }) => row.id],
    ['request_id', 'uuid', ({ row }) => row.requestId],
    ['source', 'text', ({ row }) => row.source],
    ['status', 'smallint', (_, { status }) => status],
    ['written', 'bigint', (_, { written }) => written ?? null],
    ['duration', 'double precision', (_, { duration }) => duration ?? null],
    ['method', 'text', (line) => columnText(methodOf(line) ?? '')],
    ['uri', 'text', (_, { uri }) => columnText(uri)],
    ['repository', 'text', ({ row }) => row.repository],
    ['reference', 'text', ({ delivery, row }) => delivery.view.digest ?? row.tag],
    ['is_manifest', 'boolean', (_, { kind }) => kind === 'manifest'],
    ['addr', 'inet', ({ row }) => row.addr],
    ['actor', 'text', ({ row }) => row.actor],
    ['agent', 'text', ({ row }) => row.agent],
    ['host', 'text', ({ row }) => row.host],
    ['open', 'boolean', (line, fields) => isFailedPull(methodOf(line), fields)],
  ];

const methodOf = ({ delivery }: LogLine): string | undefined => eventOf(delivery).request?.method;

/** A HEAD of a blob is how a pusher looks for it. */
const isFailedPull = (method: string | undefined, { kind, status }: LogFields): boolean =>
  FAILED.has(status) &&
  (method === 'GET' ? kind === 'manifest' || kind === 'blob' : method === 'HEAD' && kind === 'manifest');

const NAMES = COLUMNS.map(([name]) => name).join(', ');
const ARRAYS = COLUMNS.map(([, type], i) => `$${i + 1}::${type}[]`).join(', ');

const SOURCES = `
  insert into source (name, kind) select distinct w.name, w.kind from unnest($1::text[], $2::text[]) w (name, kind)
  where not exists (select 1 from source s where s.name = w.name) on conflict do nothing`;

/** @returns ids of the lines that are new. Rejects with the error of PostgreSQL */
export async function writeLines(
  pool: pg.Pool,
  lines: readonly LogLine[],
  { addresses, sessions }: { addresses: Addresses; sessions?: { grace: number } },
  signal: AbortSignal,
): Promise<Set<string>> {
  const client = await pool.connect();
  let fault: Error | undefined;
  try {
    signal.throwIfAborted();
    await client.query('begin');
    await client.query(SOURCES, [
      lines.map(({ row }) => row.source),
      lines.map(({ row }) => columnText(row.sourceKind)),
    ]);
    const fields = lines.map(({ delivery }) => fieldsOf(delivery));
    const values = COLUMNS.map(([, , value]) => lines.map((line, n) => value(line, fields[n] ?? NONE)));
    const { rows } = await client.query<{ id: string; at: string }>(insertLines(addresses), values);
    await noteLines(client, rows, sessions?.grace ?? 0);
    await client.query('commit');
    return new Set(rows.map(({ id }) => id));
  } catch (error) {
    fault = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.release(fault);
  }
}

function insertLines(addresses: Addresses): string {
  const columns = COLUMNS.map(([name]) => (name === 'source' ? 'source_id' : name));
  const values = COLUMNS.map(([name]) => {
    if (name === 'source') return 's.id';
    return name === 'addr' ? keptAddress('w.addr', addresses) : `w.${name}`;
  });
  return `insert into log_line (${columns.join(', ')}) select ${values.join(', ')}
    from unnest(${ARRAYS}) w (${NAMES}) join source s on s.name = w.source
    order by w.repository, w.at on conflict do nothing returning id, at`;
}

const NONE: LogFields = { status: 0, uri: '', kind: 'other' };

function fieldsOf({ payload }: Delivery): LogFields {
  const { log } = payloadValue(payload);
  if (typeof log !== 'object' || log === null) return NONE;
  const { status, uri, kind, written, duration } = log as Partial<LogFields>;
  return { status: status ?? 0, uri: uri ?? '', kind: kind ?? 'other', written, duration };
}
