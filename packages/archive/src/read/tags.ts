/** Tags: what they point to now, and where they pointed before. */
import { type RawBuilder, sql } from 'kysely';
import type { TagMoveTable, TagStateTable } from '../db/tables.js';
import { columnText } from '../write/text.js';
import type { Ask } from './ask.js';
import { type CursorKind, cursorOf, PARTS, positionOf } from './cursor.js';
import { digestOrNone } from './digests.js';
import { given } from './events/row.js';
import type { Named, Names } from './names.js';
import { repositoriesNamed } from './repositories.js';
import type { ArchivedTag, Page, PageRequest, RepositoryKey, TagMove } from './types.js';

/** What tags are read with. */
export interface TagParts {
  ask: Ask;
  names: Names;
}

/** A row of `tag_state`. */
export type TagRow = Omit<TagStateTable, 'deleted' | 'id'> & { deleted: boolean };

const TAGS: CursorKind = { list: 't', parts: [PARTS.text] };
const MOVES: CursorKind = { list: 'm', parts: [PARTS.time, PARTS.uuid] };

/** Columns of the table `t`. */
export const TAG_COLUMNS = sql.raw(
  [
    ...['repository_id', 'tag', 'digest', 'deleted', 'at', 'since', 'actor_id', 'media_type_id', 'size'],
    'last_pull_at',
  ]
    .map((column) => `t.${column}`)
    .join(', '),
);

/** By name. */
export async function tagPage(
  { ask, names }: TagParts,
  { deleted = false, ...key }: RepositoryKey & { deleted?: boolean },
  { limit, after, signal }: PageRequest,
): Promise<Page<ArchivedTag>> {
  const position = positionOf(TAGS, after);
  const [repository] = await repositoriesNamed(ask, key);
  if (!repository) return { items: [] };
  const rows = await ask(
    sql<TagRow>`select ${TAG_COLUMNS} from tag_state t where t.repository_id = ${repository.id}
      ${deleted ? sql`` : sql`and not t.deleted`} ${position ? sql`and t.tag > ${position[0]}` : sql``}
      order by t.tag limit ${limit + 1}`,
    signal,
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const isMore = rows.length > limit && last !== undefined;
  return { items: await tagsOf(names, shown), ...(isMore && { next: cursorOf(TAGS, [last.tag]) }) };
}

/** Undefined: unknown. */
export async function oneTag(
  { ask, names }: TagParts,
  { tag, ...key }: RepositoryKey & { tag: string },
): Promise<ArchivedTag | undefined> {
  const [repository] = await repositoriesNamed(ask, key);
  if (!repository) return undefined;
  const rows = await ask(
    sql<TagRow>`select ${TAG_COLUMNS} from tag_state t
      where t.repository_id = ${repository.id} and t.tag = ${columnText(tag)}`,
  );
  return (await tagsOf(names, rows))[0];
}

/** Rows as answers. */
export async function tagsOf(names: Names, rows: readonly TagRow[]): Promise<ArchivedTag[]> {
  const named = await names({
    repositories: rows.map((row) => row.repository_id),
    labels: rows.flatMap((row) => [row.actor_id, row.media_type_id]),
  });
  return rows.map((row) => tagOf(row, named));
}

function tagOf(row: TagRow, names: Named): ArchivedTag {
  const { repository = '', source = '' } = names.repository(row.repository_id) ?? {};
  const at = row.at ?? undefined;
  const by = names.label(row.actor_id);
  return {
    ...{ repository, source, tag: row.tag, deleted: row.deleted },
    ...given({
      digest: digestOrNone(row.digest),
      since: row.since ?? undefined,
      ...(row.deleted ? { deletedAt: at, deletedBy: by } : { pushedAt: at, pushedBy: by }),
      mediaType: names.label(row.media_type_id),
      size: row.size ?? undefined,
      lastPullAt: row.last_pull_at ?? undefined,
    }),
  };
}

/** Newest first. */
export async function movePage(
  { ask, names }: TagParts,
  { tag, ...key }: RepositoryKey & { tag: string },
  { limit, after, signal }: PageRequest,
): Promise<Page<TagMove>> {
  const position = positionOf(MOVES, after);
  const [repository] = await repositoriesNamed(ask, key);
  if (!repository) return { items: [] };
  const rows = await ask(movesOf(repository.id, tag, position, limit + 1), signal);
  const shown = rows.slice(0, limit);
  const named = await names({ labels: shown.map((row) => row.actor_id) });
  const last = shown.at(-1);
  const isMore = rows.length > limit && last !== undefined;
  const { name, source } = repository;
  return {
    items: shown.map((row) => ({ ...moveOf(row, named), repository: name, source, tag })),
    ...(isMore && { next: cursorOf(MOVES, [last.at, last.id]) }),
  };
}

type MoveRow = Omit<TagMoveTable, 'deleted' | 'moved' | 'clears'> & { deleted: boolean; moved: boolean };

/** Every push, and the deletes that had an effect. */
const movesOf = (
  repositoryId: number,
  tag: string,
  position: readonly (string | number)[] | undefined,
  limit: number,
): RawBuilder<MoveRow> => sql<MoveRow>`
  select m.at, m.id, m.from_digest, m.to_digest, m.deleted, m.moved, m.actor_id, m.size from tag_move m
  where m.repository_id = ${repositoryId} and m.tag = ${columnText(tag)} and (m.moved or m.clears is null)
    ${position ? sql`and (m.at, m.id) < (${position[0]}::timestamptz, ${position[1]}::uuid)` : sql``}
  order by m.at desc, m.id desc limit ${limit}`;

function moveOf(row: MoveRow, names: Named): Omit<TagMove, 'repository' | 'source' | 'tag'> {
  const [from, to] = [digestOrNone(row.from_digest), digestOrNone(row.to_digest)];
  const more = given({ from, to, by: names.label(row.actor_id), size: row.size ?? undefined });
  return { at: row.at, moved: row.moved, deleted: row.deleted, ...more };
}
