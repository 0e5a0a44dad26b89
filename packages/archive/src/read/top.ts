/** Lists of the largest: repositories, tags, actors, clients. */
import { type RawBuilder, sql } from 'kysely';
import { SUBJECTS } from '../db/tables.js';
import { columnText } from '../write/text.js';
import type { Ask } from './ask.js';
import { given } from './events/row.js';
import { type Condition, refuse } from './filter.js';
import type { Names } from './names.js';
import { activityIn } from './periods.js';
import { daysOf, repositoryIdsOf, SUMS } from './statistics.js';
import type { TopEntry, TopFilter, TopMeasure, TopSubject } from './types.js';

interface TopRow extends Omit<TopEntry, 'name' | 'repository' | 'source' | 'tag'> {
  id: number;
  tag: string;
}

const SUBJECT_OF: Readonly<Record<TopSubject, number>> = {
  repositories: SUBJECTS.repository,
  tags: SUBJECTS.tag,
  actors: SUBJECTS.actor,
  clients: SUBJECTS.agent,
};

/** What is counted of a repository's actors and clients. */
const OF_REPOSITORY = {
  actors: {
    rows: sql`select actor_id as subject_id, '' as tag, 0 as pulls, 0 as checks, pushes, deletes, 0 as bytes
      from push_day where actor_id <> 0`,
    measures: ['pushes', 'deletes'],
  },
  clients: {
    rows: sql`select agent_id as subject_id, '' as tag, pulls, checks, 0 as pushes, 0 as deletes, bytes
      from pull_day where agent_id <> 0`,
    measures: ['pulls', 'checks', 'bytes'],
  },
} as const satisfies Partial<
  Record<TopSubject, { rows: RawBuilder<unknown>; measures: readonly TopMeasure[] }>
>;

/** The largest first; what has none is left out. @throws LongshoreError REQUEST_INVALID */
export async function topList(ask: Ask, names: Names, filter: TopFilter): Promise<TopEntry[]> {
  const { of, limit, signal } = filter;
  const by = filter.by ?? (of === 'actors' && filter.repository !== undefined ? 'pushes' : 'pulls');
  const measure = sql.ref(`a.${by}`);
  const rows = await ask(
    sql<TopRow>`select a.subject_id as id, a.tag, ${SUMS} from (${countedRows(filter, by)}) a
      group by a.subject_id, a.tag having sum(${measure}) > 0
      order by sum(${measure}) desc, a.subject_id, a.tag limit ${limit}`,
    signal,
  );
  const isOfRepository = of === 'repositories' || of === 'tags';
  const ids = rows.map(({ id }) => id);
  const named = await names(isOfRepository ? { repositories: ids } : { labels: ids });
  return rows.map(({ id, tag, ...counts }) => {
    if (!isOfRepository) return { name: named.label(id) ?? '', ...counts };
    const { repository = '', source = '' } = named.repository(id) ?? {};
    const more = given({ tag: of === 'tags' ? tag : undefined });
    return {
      name: of === 'tags' ? `${repository}:${tag}` : repository,
      repository,
      source,
      ...more,
      ...counts,
    };
  });
}

/** What is summed up. */
function countedRows(filter: TopFilter, by: TopMeasure): RawBuilder<unknown> {
  const { of, repository, source } = filter;
  const days = daysOf(filter);
  const subject = SUBJECT_OF[of];
  if (of === 'repositories' || of === 'tags')
    return activityIn(subject, days, isOfRepositories(repository, source));
  if (repository === undefined) {
    if (source === undefined) return activityIn(subject, days, sql`true`);
    return refuse('source', `numbers of ${of} are kept for all sources together, or for a repository`);
  }
  const { rows, measures } = OF_REPOSITORY[of];
  const known: readonly TopMeasure[] = measures;
  if (!known.includes(by))
    refuse('by', `of the ${of} of one repository only ${measures.join(', ')} are counted`);
  return sql`${rows} and repository_id in (${repositoryIdsOf(repository, source)})
    and day >= ${days.from}::date and day < ${days.to}::date`;
}

function isOfRepositories(repository: string | undefined, source: string | undefined): Condition {
  if (repository !== undefined) return sql`subject_id in (${repositoryIdsOf(repository, source)})`;
  if (source === undefined) return sql`true`;
  return sql`subject_id in (select r.id from repository r join source s on s.id = r.source_id
    where s.name = ${columnText(source)})`;
}
