/**
 * What each tag points to now, and when it was last pulled: `tag_state`. The caller has locked the repositories, so that
 * nothing else changes their tags meanwhile.
 */
import type pg from 'pg';
import { ACTION_CODES } from '../../db/tables.js';
import { isFetch, isManifest } from '../counts.js';
import { isTagWrite, type RepositoryRow, type TagKey, writeMoves } from './moves.js';

/** What a batch says of a tag, apart from its moves. */
interface Named extends TagKey {
  /** What a client got for it last. */
  digest: Buffer | null;
  digestAt: string | null;
  pullAt: string | null;
}

const ADD = `
  insert into tag_state (repository_id, tag)
  select repository_id, tag from unnest($1::int[], $2::text[]) w (repository_id, tag)
  order by repository_id, tag on conflict do nothing`;

const NAMED = `
  update tag_state s set
    digest = case when s.at is null and w.digest is not null
      and (s.digest is null or w.pull_at >= coalesce(s.last_pull_at, w.pull_at)) then w.digest else s.digest end,
    last_pull_at = greatest(s.last_pull_at, w.pull_at)
  from unnest($1::int[], $2::text[], $3::bytea[], $4::timestamptz[]) w (repository_id, tag, digest, pull_at)
  where s.repository_id = w.repository_id and s.tag = w.tag
    and (greatest(s.last_pull_at, w.pull_at) is distinct from s.last_pull_at or s.at is null and s.digest is null)`;

/** A pull by digest is one of each tag that points there. */
const PULLED_BY_DIGEST = `
  update tag_state s set last_pull_at = w.pull_at
  from unnest($1::int[], $2::bytea[], $3::timestamptz[]) w (repository_id, digest, pull_at)
  where s.repository_id = w.repository_id and s.digest = w.digest
    and (s.last_pull_at is null or s.last_pull_at < w.pull_at)`;

const LATEST = `
  update tag_state s set digest = m.to_digest, deleted = m.deleted, at = m.at, id = m.id,
    since = coalesce(moved.at, m.at), actor_id = m.actor_id, media_type_id = m.media_type_id, size = m.size
  from unnest($1::int[], $2::text[]) w (repository_id, tag)
  cross join lateral (
    select * from tag_move n where n.repository_id = w.repository_id and n.tag = w.tag and (n.moved or n.clears is null)
    order by n.at desc, n.id desc limit 1) m
  left join lateral (
    select n.at from tag_move n where n.repository_id = w.repository_id and n.tag = w.tag and n.moved
    order by n.at desc, n.id desc limit 1) moved on true
  where s.repository_id = w.repository_id and s.tag = w.tag`;

/** @param pulledTags by a row's id, the tag that a GET by digest is a pull of. Rejects with the error of PostgreSQL */
export async function writeTags(
  client: pg.PoolClient,
  rows: readonly RepositoryRow[],
  pulledTags: ReadonlyMap<string, string>,
): Promise<void> {
  const named = namedTags(rows, pulledTags);
  if (named.length > 0) {
    const keys = keysOf(named);
    await client.query({ name: 'archive-tags-add', text: ADD, values: keys });
    const values = [...keys, named.map(({ digest }) => digest), named.map(({ pullAt }) => pullAt)];
    await client.query({ name: 'archive-tags-named', text: NAMED, values });
  }
  const moved = await writeMoves(client, rows);
  if (moved.length > 0)
    await client.query({ name: 'archive-tags-latest', text: LATEST, values: keysOf(moved) });
  await writePullsByDigest(client, rows);
}

const keysOf = (tags: readonly TagKey[]): unknown[] => [
  tags.map(({ repositoryId }) => repositoryId),
  tags.map(({ tag }) => tag),
];

function namedTags(rows: readonly RepositoryRow[], pulledTags: ReadonlyMap<string, string>): Named[] {
  const named = new Map<string, Named>();
  for (const row of rows) {
    const tag = row.tag ?? pulledTags.get(row.id);
    if (tag === undefined || !(isTagWrite(row) || isPull(row))) continue;
    const key = `${row.repositoryId}\0${tag}`;
    const there = named.get(key) ?? {
      repositoryId: row.repositoryId,
      tag,
      digest: null,
      digestAt: null,
      pullAt: null,
    };
    if (isPull(row)) {
      if (row.digest && (there.digestAt ?? '') <= row.at)
        Object.assign(there, { digest: row.digest, digestAt: row.at });
      if (isFetch(row) && (there.pullAt ?? '') <= row.at) there.pullAt = row.at;
    }
    named.set(key, there);
  }
  return [...named.values()];
}

const isPull = (row: RepositoryRow): boolean => row.action === ACTION_CODES.pull && isManifest(row);

async function writePullsByDigest(client: pg.PoolClient, rows: readonly RepositoryRow[]): Promise<void> {
  const pulled = new Map<string, { repositoryId: number; digest: Buffer; at: string }>();
  for (const row of rows) {
    if (!isFetch(row) || !row.digest) continue;
    const { repositoryId, digest, at } = row;
    const key = `${repositoryId}\0${digest.toString('hex')}`;
    if ((pulled.get(key)?.at ?? '') < at) pulled.set(key, { repositoryId, digest, at });
  }
  if (pulled.size === 0) return;
  const all = [...pulled.values()];
  await client.query({
    name: 'archive-tags-pulled',
    text: PULLED_BY_DIGEST,
    values: [
      all.map(({ repositoryId }) => repositoryId),
      all.map(({ digest }) => digest),
      all.map(({ at }) => at),
    ],
  });
}
