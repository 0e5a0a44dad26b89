/** Tags that were not pulled for long. */
import { sql } from 'kysely';
import { columnText } from '../write/text.js';
import { type CursorKind, cursorOf, PARTS, positionOf } from './cursor.js';
import { all, type Condition } from './filter.js';
import { nameConditions, nameMatcher } from './repository-names.js';
import { TAG_COLUMNS, type TagParts, type TagRow, tagsOf } from './tags.js';
import type { Page, PageRequest, UnusedFilter, UnusedTag } from './types.js';

type UnusedRow = TagRow & { unused_since: string; name: string };

const UNUSED: CursorKind = { list: 'u', parts: [PARTS.time, PARTS.id, PARTS.text] };

/** A pull by tag, or of the digest that it points to now. */
const PULLED_AT = sql`greatest(t.last_pull_at, m.last_pull_at)`;
/** A tag that was moved lately is in use, whatever was pulled before. */
const UNUSED_SINCE = sql`greatest(t.last_pull_at, m.last_pull_at, t.since)`;

/** Unused the longest first. @throws LongshoreError REQUEST_INVALID */
export async function unusedPage(
  { ask, names }: TagParts,
  { days, source, ...filter }: UnusedFilter,
  { limit, after, signal }: PageRequest,
): Promise<Page<UnusedTag>> {
  const matches = nameMatcher(filter);
  const conditions = [
    sql`not t.deleted`,
    // Cheaper than with the manifest, and of no tag that counts.
    sql`greatest(t.last_pull_at, t.since) < now() - make_interval(days => ${days})`,
    sql`${UNUSED_SINCE} < now() - make_interval(days => ${days})`,
    ...nameConditions(filter),
    ...(source === undefined ? [] : [sql`s.name = ${columnText(source)}`]),
  ];
  const found: UnusedRow[] = [];
  let position = positionOf(UNUSED, after);
  // A glob is checked here, so a page may need several readings.
  for (;;) {
    const rows: UnusedRow[] = await ask(unusedRows([...conditions, ...behind(position)], limit + 1), signal);
    found.push(...rows.filter(({ name }) => matches(name)));
    const last = rows.at(-1);
    if (found.length > limit || rows.length <= limit || !last) break;
    position = placeOf(last);
  }
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const isMore = found.length > limit && last !== undefined;
  const tags = await tagsOf(names, shown);
  return {
    items: tags.map((tag, at) => ({
      ...tag,
      unusedSince: shown[at]?.unused_since ?? '',
      neverPulled: tag.lastPullAt === undefined,
    })),
    ...(isMore && { next: cursorOf(UNUSED, placeOf(last)) }),
  };
}

const placeOf = ({ unused_since: since, repository_id: id, tag }: UnusedRow): (string | number)[] => [
  since,
  id,
  tag,
];

const behind = (position: readonly (string | number)[] | undefined): Condition[] =>
  position
    ? [
        sql`(${UNUSED_SINCE}, t.repository_id, t.tag)
          > (${position[0]}::timestamptz, ${position[1]}::int, ${position[2]}::text)`,
      ]
    : [];

const unusedRows = (conditions: readonly Condition[], limit: number) => sql<UnusedRow>`
  select ${TAG_COLUMNS}, ${PULLED_AT} as last_pull_at, ${UNUSED_SINCE} as unused_since, r.name
  from tag_state t join repository r on r.id = t.repository_id join source s on s.id = r.source_id
  left join manifest m on m.repository_id = t.repository_id and m.digest = t.digest
  where ${all(conditions)} order by unused_since, t.repository_id, t.tag limit ${limit}`;
