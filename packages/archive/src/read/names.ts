/** Names by their ids. They never change, so each is read once. */
import { sql } from 'kysely';
import type { Ask } from './ask.js';

/** A source by its id. */
export interface SourceName {
  source: string;
  /** `distribution`, `harbor` … */
  kind: string;
}

/** A repository by its id. */
export interface RepositoryName extends SourceName {
  repository: string;
}

/** What was asked for. An id that is 0, null or unknown has no name. */
export interface Named {
  label(id: number | null): string | undefined;
  repository(id: number | null): RepositoryName | undefined;
  source(id: number): SourceName | undefined;
}

/** Ids whose names are wanted. */
export interface Wanted {
  labels?: Iterable<number | null>;
  repositories?: Iterable<number | null>;
  sources?: Iterable<number>;
}

/** Reads the names that are not known yet. */
export type Names = (wanted: Wanted) => Promise<Named>;

/** Names of one kind that are kept: some 10 MB. */
const MOST_KEPT = 50_000;

/** See the header. */
export function createNames(ask: Ask): Names {
  const sources = createBook((ids: number[]) =>
    ask(sql<{ id: number } & SourceName>`select id, name as source, kind from source where id = any(${ids})`),
  );
  const labels = createBook((ids: number[]) =>
    ask(sql<{ id: number; name: string }>`select id, name from label where id = any(${ids})`),
  );
  const repositories = createBook((ids: number[]) =>
    ask(sql<{ id: number } & RepositoryName>`
      select r.id, r.name as repository, s.name as source, s.kind
      from repository r join source s on s.id = r.source_id where r.id = any(${ids})`),
  );
  return async (wanted) => {
    const source = await sources(wanted.sources ?? []);
    const repository = await repositories(wanted.repositories ?? []);
    const label = await labels(wanted.labels ?? []);
    return {
      label: (id) => label.get(id ?? 0)?.name,
      repository: (id) => repository.get(id ?? 0),
      source: (id) => source.get(id),
    };
  };
}

/** What has these ids at least; what was returned keeps what it has. */
function createBook<Row extends { id: number }>(read: (ids: number[]) => Promise<Row[]>) {
  let known = new Map<number, Row>();
  return async (ids: Iterable<number | null>): Promise<ReadonlyMap<number, Row>> => {
    if (known.size > MOST_KEPT) known = new Map();
    const book = known;
    const missing = [...new Set(ids)].filter((id) => id !== null && id !== 0 && !book.has(id));
    if (missing.length > 0) for (const row of await read(missing as number[])) book.set(row.id, row);
    return book;
  };
}
