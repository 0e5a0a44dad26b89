/** Writes pushes and deletes of tags into `tag_move`, and corrects what they change. */
import type pg from 'pg';
import { ACTION_CODES } from '../../db/tables.js';
import { isManifest } from '../counts.js';
import type { IdRow } from '../dictionary.js';
import { type Upsert, upsert } from '../upsert.js';
import { corrections, type Move } from './fold.js';

/** A tag. */
export interface TagKey {
  repositoryId: number;
  tag: string;
}

/** A row that names a repository. */
export type RepositoryRow = IdRow & { repositoryId: number };

/** A row that names a tag. */
export type TagRow = RepositoryRow & { tag: string };

/** A push or a delete of a tag. */
export const isTagWrite = (row: RepositoryRow): row is TagRow =>
  row.tag !== null &&
  ((row.action === ACTION_CODES.push && isManifest(row)) || row.action === ACTION_CODES.delete);

/** A delete of a digest, which deletes its tags, or of a repository. */
export const isRemoval = ({ tag, action }: IdRow): boolean => tag === null && action === ACTION_CODES.delete;

const isDelete = ({ action }: IdRow): boolean => action === ACTION_CODES.delete;

const WRITES: Upsert<TagRow> = {
  table: 'tag_move',
  columns: [
    ['at', 'timestamptz', (row) => row.at],
    ['repository_id', 'int', (row) => row.repositoryId],
    ['tag', 'text', (row) => row.tag],
    ['id', 'uuid', (row) => row.id],
    ['to_digest', 'bytea', (row) => (isDelete(row) ? null : row.digest)],
    ['deleted', 'boolean', isDelete],
    ['actor_id', 'int', (row) => row.actorId],
    ['media_type_id', 'int', (row) => (isDelete(row) ? null : row.mediaTypeId)],
    ['size', 'bigint', (row) => (isDelete(row) ? null : row.size)],
  ],
  key: ['repository_id', 'tag', 'at', 'id'],
};

/** Deletes that came before these pushes but are later: each has its place behind every tag of its digest. */
const REMOVALS_LATER = `
  insert into tag_move (at, repository_id, tag, id, clears, actor_id)
  select e.at, w.repository_id, w.tag, e.id, coalesce(e.digest, ''), e.actor_id
  from unnest($1::int[], $2::text[], $3::timestamptz[], $4::bytea[]) w (repository_id, tag, at, digest)
  join event e on e.repository_id = w.repository_id and e.action = ${ACTION_CODES.delete} and e.tag is null
    and e.at >= w.at and (e.digest is null or e.digest = w.digest)
  order by w.repository_id, w.tag, e.at, e.id
  on conflict do nothing returning repository_id, tag, at, id`;

/** The tags that ever pointed to a digest that was deleted; of a tag that was only pulled, what is known of it. */
const REMOVALS = `
  insert into tag_move (at, repository_id, tag, id, clears, actor_id)
  select w.at, t.repository_id, t.tag, w.id, w.clears, w.actor_id
  from unnest($1::int[], $2::timestamptz[], $3::uuid[], $4::bytea[], $5::int[])
    w (repository_id, at, id, clears, actor_id)
  cross join lateral (
    select m.repository_id, m.tag from tag_move m
    where m.repository_id = w.repository_id and m.clears is null and m.at <= w.at
      and (w.clears = '' or m.to_digest = w.clears)
    union
    select s.repository_id, s.tag from tag_state s
    where s.repository_id = w.repository_id and s.at is null and (w.clears = '' or s.digest = w.clears)) t
  order by t.repository_id, t.tag, w.at, w.id
  on conflict do nothing returning repository_id, tag, at, id`;

/** @returns the tags whose history has changed. Rejects with the error of PostgreSQL */
export async function writeMoves(client: pg.PoolClient, rows: readonly RepositoryRow[]): Promise<TagKey[]> {
  const writes = rows.filter(isTagWrite);
  const removals = rows.filter(isRemoval);
  await upsert(client, WRITES, writes);
  const added: Place[] = writes.map(({ repositoryId, tag, at, id }) => ({ repositoryId, tag, at, id }));
  const pushes = writes.filter((row) => !isDelete(row));
  if (pushes.length > 0) added.push(...places(await client.query(REMOVALS_LATER, laterValues(pushes))));
  if (removals.length > 0) added.push(...places(await client.query(REMOVALS, removalValues(removals))));
  return correct(client, added);
}

const laterValues = (pushes: readonly TagRow[]): unknown[] => [
  pushes.map(({ repositoryId }) => repositoryId),
  pushes.map(({ tag }) => tag),
  pushes.map(({ at }) => at),
  pushes.map(({ digest }) => digest),
];

const removalValues = (removals: readonly RepositoryRow[]): unknown[] => [
  removals.map(({ repositoryId }) => repositoryId),
  removals.map(({ at }) => at),
  removals.map(({ id }) => id),
  removals.map(({ digest }) => digest ?? Buffer.alloc(0)),
  removals.map(({ actorId }) => actorId),
];

/** Where a move is in the history of its tag. */
interface Place extends TagKey {
  at: string;
  id: string;
}

const places = ({ rows }: pg.QueryResult): Place[] =>
  rows.map(({ repository_id, tag, at, id }) => ({ repositoryId: repository_id, tag, at, id }));

/**
 * From the move before the first new one to the first push or delete of the tag itself behind the last: that one says
 * what the tag is after it, whatever was before.
 */
const CHAINS = `
  select w.n, m.at, m.id, encode(m.clears, 'hex') as clears, encode(m.from_digest, 'hex') as "from",
    encode(m.to_digest, 'hex') as "to", m.deleted, m.moved, (m.at, m.id) < (w.first_at, w.first_id) as "isBefore"
  from unnest($1::int[], $2::int[], $3::text[], $4::timestamptz[], $5::uuid[], $6::timestamptz[], $7::uuid[])
    w (n, repository_id, tag, first_at, first_id, last_at, last_id)
  left join lateral (
    select p.at, p.id from tag_move p
    where p.repository_id = w.repository_id and p.tag = w.tag and (p.at, p.id) < (w.first_at, w.first_id)
    order by p.at desc, p.id desc limit 1) p on true
  left join lateral (
    select f.at, f.id from tag_move f
    where f.repository_id = w.repository_id and f.tag = w.tag and (f.at, f.id) > (w.last_at, w.last_id)
      and f.clears is null
    order by f.at, f.id limit 1) f on true
  join tag_move m on m.repository_id = w.repository_id and m.tag = w.tag
    and (m.at, m.id) >= (coalesce(p.at, w.first_at), coalesce(p.id, w.first_id))
    and m.at <= coalesce(f.at, 'infinity')
    and (f.at is null or (m.at, m.id) <= (f.at, f.id))
  order by w.n, m.at, m.id`;

const CORRECT = `
  update tag_move m set from_digest = decode(w."from", 'hex'), to_digest = decode(w."to", 'hex'),
    deleted = w.deleted, moved = w.moved
  from unnest($1::int[], $2::text[], $3::timestamptz[], $4::uuid[], $5::text[], $6::text[], $7::boolean[], $8::boolean[])
    w (repository_id, tag, at, id, "from", "to", deleted, moved)
  where m.repository_id = w.repository_id and m.tag = w.tag and m.at = w.at and m.id = w.id`;

async function correct(client: pg.PoolClient, added: readonly Place[]): Promise<TagKey[]> {
  const spans = spansOf(added);
  if (spans.length === 0) return [];
  const { rows } = await client.query({
    name: 'archive-chains',
    text: CHAINS,
    values: [
      spans.map((_, n) => n),
      spans.map(([first]) => first.repositoryId),
      spans.map(([first]) => first.tag),
      spans.map(([first]) => first.at),
      spans.map(([first]) => first.id),
      spans.map(([, last]) => last.at),
      spans.map(([, last]) => last.id),
    ],
  });
  const chains: (Move & { isBefore: boolean })[][] = spans.map(() => []);
  for (const { n, ...move } of rows) {
    const [{ repositoryId, tag }] = spans[n] ?? [{ repositoryId: 0, tag: '' }];
    chains[n]?.push({ ...move, repositoryId, tag });
  }
  const changed = chains.flatMap(([first, ...rest]) => {
    if (!first) return [];
    return first.isBefore ? corrections(rest, first) : corrections([first, ...rest], undefined);
  });
  if (changed.length > 0)
    await client.query({ name: 'archive-correct', text: CORRECT, values: valuesOf(changed) });
  return spans.map(([{ repositoryId, tag }]) => ({ repositoryId, tag }));
}

const valuesOf = (moves: readonly Move[]): unknown[] => [
  moves.map(({ repositoryId }) => repositoryId),
  moves.map(({ tag }) => tag),
  moves.map(({ at }) => at),
  moves.map(({ id }) => id),
  moves.map(({ from }) => from),
  moves.map(({ to }) => to),
  moves.map(({ deleted }) => deleted),
  moves.map(({ moved }) => moved),
];

/** The first and last place of each tag, in the order of the tags. */
function spansOf(added: readonly Place[]): [first: Place, last: Place][] {
  const spans = new Map<string, [Place, Place]>();
  for (const place of added) {
    const key = `${place.repositoryId}\0${place.tag}`;
    const [first, last] = spans.get(key) ?? [place, place];
    spans.set(key, [isBefore(place, first) ? place : first, isBefore(last, place) ? place : last]);
  }
  return [...spans].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, span]) => span);
}

/** Times come with six digits from a row and with fewer from PostgreSQL. */
const isBefore = (one: Place, other: Place): boolean => {
  const [at, otherAt] = [comparable(one.at), comparable(other.at)];
  return at === otherAt ? one.id < other.id : at < otherAt;
};

const comparable = (at: string): string =>
  at
    .slice(0, -1)
    .replace(/^([^.]+)$/, '$1.')
    .padEnd(26, '0');
