/** Repositories: the list, and one. */
import { sql } from 'kysely';
import { columnText } from '../write/text.js';
import type { Ask } from './ask.js';
import { type CursorKind, cursorOf, PARTS, positionOf } from './cursor.js';
import { given } from './events/row.js';
import { all, within } from './filter.js';
import { nameConditions, nameMatcher } from './repository-names.js';
import type {
  ArchivedRepository,
  Page,
  PageRequest,
  RepositoryDetail,
  RepositoryFilter,
  RepositoryKey,
} from './types.js';

interface RepositoryRow {
  id: number;
  name: string;
  source: string;
  first_at: string;
  last_at: string;
  last_push_at: string | null;
  last_pull_at: string | null;
}

const REPOSITORIES: CursorKind = { list: 'r', parts: [PARTS.time, PARTS.id] };

/** Tags that are counted, at most. */
const MOST_TAGS = 10_000;

const COLUMNS = sql.raw(
  'r.id, r.name, s.name as source, r.first_at, r.last_at, r.last_push_at, r.last_pull_at',
);

/** The newest activity first. @throws LongshoreError REQUEST_INVALID */
export async function repositoryPage(
  ask: Ask,
  { source, ...filter }: RepositoryFilter,
  { limit, after, signal }: PageRequest,
): Promise<Page<ArchivedRepository>> {
  const matches = nameMatcher(filter);
  const found: RepositoryRow[] = [];
  let position = positionOf(REPOSITORIES, after);
  // A glob is checked here, so a page may need several readings.
  for (;;) {
    const conditions = [
      ...nameConditions(filter),
      ...within(sql`r.last_at`, filter),
      ...(source === undefined ? [] : [sql`s.name = ${columnText(source)}`]),
      ...(position ? [sql`(r.last_at, r.id) < (${position[0]}::timestamptz, ${position[1]}::int)`] : []),
    ];
    const rows: RepositoryRow[] = await ask(
      sql<RepositoryRow>`select ${COLUMNS} from repository r join source s on s.id = r.source_id
        where ${all(conditions)} order by r.last_at desc, r.id desc limit ${limit + 1}`,
      signal,
    );
    found.push(...rows.filter(({ name }) => matches(name)));
    const last = rows.at(-1);
    if (found.length > limit || rows.length <= limit || !last) break;
    position = [last.last_at, last.id];
  }
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const isMore = found.length > limit && last !== undefined;
  return {
    items: shown.map(answerOf),
    ...(isMore && { next: cursorOf(REPOSITORIES, [last.last_at, last.id]) }),
  };
}

function answerOf({ name, source, ...row }: RepositoryRow): ArchivedRepository {
  const times = { lastPushAt: row.last_push_at ?? undefined, lastPullAt: row.last_pull_at ?? undefined };
  return { repository: name, source, firstAt: row.first_at, lastAt: row.last_at, ...given(times) };
}

/** Repositories of a name, the newest activity first: one for each source. */
export function repositoriesNamed(ask: Ask, { repository, source }: RepositoryKey): Promise<RepositoryRow[]> {
  const ofSource = source === undefined ? sql`` : sql`and s.name = ${columnText(source)}`;
  return ask(
    sql<RepositoryRow>`select ${COLUMNS} from source s join repository r on r.source_id = s.id
      where r.name = ${columnText(repository)} ${ofSource} order by r.last_at desc, r.id desc`,
  );
}

/** Undefined: unknown. */
export async function repositoryDetail(ask: Ask, key: RepositoryKey): Promise<RepositoryDetail | undefined> {
  const rows = await repositoriesNamed(ask, { repository: key.repository });
  const row = rows.find(({ source }) => key.source === undefined || source === key.source);
  if (!row) return undefined;
  const [counted] = await ask(
    sql<{ tags: number }>`select count(*) as tags from (
      select 1 from tag_state where repository_id = ${row.id} and digest is not null limit ${MOST_TAGS}) t`,
  );
  const otherSources = rows.filter((other) => other !== row).map(({ source }) => source);
  return { ...answerOf(row), otherSources, tags: counted?.tags ?? 0 };
}
