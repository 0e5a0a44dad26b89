/**
 * Ids of the names that many rows have. New ones are written in statements of their own, before the rows: a transaction
 * that fails later leaves a name behind, which costs nothing, and no two transactions wait for each other's names.
 */
import type pg from 'pg';
import { LABEL_KINDS } from '../db/tables.js';
import type { Row } from './row.js';

/** A row with the ids of its names. */
export interface IdRow extends Row {
  sourceId: number;
  repositoryId: number | null;
  fromRepositoryId: number | null;
  actorId: number | null;
  agentId: number | null;
  mediaTypeId: number | null;
  hostId: number | null;
  instanceId: number | null;
  nativeTypeId: number | null;
}

/** See the header. */
export interface Dictionary {
  /** The rows with ids. Rejects with the error of PostgreSQL. */
  resolve(rows: readonly Row[]): Promise<IdRow[]>;
  /** The kind that the source had when its first event came. */
  sourceKind(source: string): string | undefined;
  /** After trouble: the database may be another one, where a name has another id. */
  forget(): void;
}

/** Names in memory; beyond it they are looked up again. Some 100 bytes each. */
const MAX_NAMES = 50_000;

type Ids = Map<string, number>;

const LABELS: readonly {
  field: 'actor' | 'agent' | 'mediaType' | 'host' | 'instance' | 'nativeType';
  kind: number;
}[] = [
  { field: 'actor', kind: LABEL_KINDS.actor },
  { field: 'agent', kind: LABEL_KINDS.agent },
  { field: 'mediaType', kind: LABEL_KINDS.mediaType },
  { field: 'host', kind: LABEL_KINDS.host },
  { field: 'instance', kind: LABEL_KINDS.instance },
  { field: 'nativeType', kind: LABEL_KINDS.nativeType },
];

const keyOf = (group: number, name: string): string => `${group}\0${name}`;

/** See the header. */
export function createDictionary(pool: pg.Pool): Dictionary {
  const sources = new Map<string, { id: number; kind: string }>();
  const repositories: Ids = new Map();
  const labels: Ids = new Map();
  return {
    async resolve(rows) {
      for (const names of [repositories, labels]) if (names.size > MAX_NAMES) names.clear();
      await findSources(pool, sources, rows);
      const sourceId = (row: Row): number => sources.get(row.source)?.id ?? 0;
      await Promise.all([
        findLabels(pool, labels, rows),
        findRepositories(pool, repositories, rows, sourceId),
      ]);
      return rows.map((row) => withIds(row, sourceId(row), repositories, labels));
    },
    sourceKind: (source) => sources.get(source)?.kind,
    forget() {
      for (const names of [sources, repositories, labels]) names.clear();
    },
  };
}

function withIds(row: Row, sourceId: number, repositories: Ids, labels: Ids): IdRow {
  const repository = (name: string | null): number | null =>
    name === null ? null : idOf(repositories, sourceId, name);
  const label = (kind: number, name: string | null): number | null =>
    name === null ? null : idOf(labels, kind, name);
  return {
    ...row,
    sourceId,
    repositoryId: repository(row.repository),
    fromRepositoryId: repository(row.fromRepository),
    actorId: label(LABEL_KINDS.actor, row.actor),
    agentId: label(LABEL_KINDS.agent, row.agent),
    mediaTypeId: label(LABEL_KINDS.mediaType, row.mediaType),
    hostId: label(LABEL_KINDS.host, row.host),
    instanceId: label(LABEL_KINDS.instance, row.instance),
    nativeTypeId: label(LABEL_KINDS.nativeType, row.nativeType),
  };
}

function idOf(ids: Ids, group: number, name: string): number {
  const id = ids.get(keyOf(group, name));
  if (id === undefined) throw new TypeError(`the archive has no id for ${JSON.stringify(name)}`);
  return id;
}

async function findSources(
  pool: pg.Pool,
  known: Map<string, { id: number; kind: string }>,
  rows: readonly Row[],
): Promise<void> {
  const missing = new Map(
    rows.filter(({ source }) => !known.has(source)).map((row) => [row.source, row.sourceKind]),
  );
  if (missing.size === 0) return;
  const look = async (): Promise<void> => {
    const found = await pool.query('select id, name, kind from source where name = any($1)', [
      [...missing.keys()],
    ]);
    for (const { id, name, kind } of found.rows) {
      known.set(name, { id, kind });
      missing.delete(name);
    }
  };
  await look();
  if (missing.size === 0) return;
  const names = [...missing].sort(([a], [b]) => (a < b ? -1 : 1));
  await pool.query(
    'insert into source (name, kind) select * from unnest($1::text[], $2::text[]) on conflict do nothing',
    [names.map(([name]) => name), names.map(([, kind]) => kind)],
  );
  await look();
}

/** A name that is looked for: which label or which source, and when it was first and last seen. */
interface Wanted {
  group: number;
  name: string;
  first: string;
  last: string;
}

function findLabels(pool: pg.Pool, known: Ids, rows: readonly Row[]): Promise<void> {
  const wanted = createWanted(known);
  for (const row of rows) for (const { field, kind } of LABELS) wanted.add(kind, row[field], row.at);
  return findNames(pool, known, wanted.list(), {
    select: `select l.kind as group, l.name, l.id from label l
      join unnest($1::smallint[], $2::text[]) w (kind, name) on w.kind = l.kind and w.name = l.name`,
    insert: `insert into label (kind, name)
      select kind, name from unnest($1::smallint[], $2::text[], $3::timestamptz[], $4::timestamptz[]) w (kind, name)
      on conflict do nothing`,
  });
}

function findRepositories(
  pool: pg.Pool,
  known: Ids,
  rows: readonly Row[],
  sourceId: (row: Row) => number,
): Promise<void> {
  const wanted = createWanted(known);
  for (const row of rows) {
    for (const name of [row.repository, row.fromRepository]) wanted.add(sourceId(row), name, row.at);
  }
  return findNames(pool, known, wanted.list(), {
    select: `select r.source_id as group, r.name, r.id from repository r
      join unnest($1::smallint[], $2::text[]) w (source_id, name) on w.source_id = r.source_id and w.name = r.name`,
    insert: `insert into repository (source_id, name, first_at, last_at)
      select * from unnest($1::smallint[], $2::text[], $3::timestamptz[], $4::timestamptz[]) on conflict do nothing`,
  });
}

/** In the order of their keys: two processes that insert the same names never wait for each other in a circle. */
function createWanted(known: Ids) {
  const wanted = new Map<string, Wanted>();
  return {
    add(group: number, name: string | null, at: string): void {
      if (name === null) return;
      const key = keyOf(group, name);
      if (known.has(key)) return;
      const seen = wanted.get(key);
      if (!seen) wanted.set(key, { group, name, first: at, last: at });
      else if (at < seen.first) seen.first = at;
      else if (at > seen.last) seen.last = at;
    },
    list: (): Wanted[] => [...wanted].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, want]) => want),
  };
}

/** Looks first: an insert that finds its row uses up an id. */
async function findNames(
  pool: pg.Pool,
  known: Ids,
  wanted: readonly Wanted[],
  { select, insert }: { select: string; insert: string },
): Promise<void> {
  const look = async (some: readonly Wanted[]): Promise<Wanted[]> => {
    if (some.length === 0) return [];
    const { rows } = await pool.query(select, [some.map(({ group }) => group), some.map(({ name }) => name)]);
    for (const { group, name, id } of rows) known.set(keyOf(group, name), id);
    return some.filter(({ group, name }) => !known.has(keyOf(group, name)));
  };
  const missing = await look(wanted);
  if (missing.length === 0) return;
  await pool.query(insert, [
    missing.map(({ group }) => group),
    missing.map(({ name }) => name),
    missing.map(({ first }) => first),
    missing.map(({ last }) => last),
  ]);
  await look(missing);
}
