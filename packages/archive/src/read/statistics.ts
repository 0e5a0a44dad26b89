/** Numbers of days, from the rollups: events are never counted one by one. Days are of UTC. */
import { type RawBuilder, sql } from 'kysely';
import { LABEL_KINDS, SUBJECTS } from '../db/tables.js';
import { columnText } from '../write/text.js';
import type { Ask } from './ask.js';
import { type Condition, momentOf, refuse } from './filter.js';
import type { DayCounts, StatsFilter, Window } from './types.js';

const DAY_MS = 86_400_000;
/** The last so many days, today included. */
const DEFAULT_DAYS = 30;
const MOST_DAYS = 1_000;

/** From a day on, and before another one: `2026-11-30`. */
export interface Days {
  from: string;
  /** Not included. */
  to: string;
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Every day that has a part in the window. @throws LongshoreError REQUEST_INVALID */
export function daysOf({ since, until }: Window, now = Date.now()): Days {
  const end = until === undefined ? now : Date.parse(momentOf('until', until)) - 1;
  const start =
    since === undefined ? end - (DEFAULT_DAYS - 1) * DAY_MS : Date.parse(momentOf('since', since));
  if (start > end) refuse('since', 'is not before until');
  if (end - start > MOST_DAYS * DAY_MS) refuse('since', `at most ${MOST_DAYS} days; give a later since`);
  return { from: dayOf(start), to: dayOf(Math.floor(end / DAY_MS) * DAY_MS + DAY_MS) };
}

/** Oldest first, every day of the window. @throws LongshoreError REQUEST_INVALID */
export async function dayCounts(ask: Ask, filter: StatsFilter): Promise<DayCounts[]> {
  const days = daysOf(filter);
  const rows = await ask(
    sql<DayCounts>`select a.day, ${SUMS} from activity_day a
      where ${subjectOf(filter)} and a.day >= ${days.from}::date and a.day < ${days.to}::date group by a.day`,
  );
  const counted = new Map(rows.map((row) => [row.day, row]));
  const all: DayCounts[] = [];
  for (let at = Date.parse(days.from); at < Date.parse(days.to); at += DAY_MS) {
    const day = dayOf(at);
    all.push(counted.get(day) ?? { day, pulls: 0, checks: 0, pushes: 0, deletes: 0, bytes: 0 });
  }
  return all;
}

/** The numbers of the table `a`. */
export const SUMS = sql.raw(
  ['pulls', 'checks', 'pushes', 'deletes', 'bytes']
    .map((name) => `sum(a.${name})::bigint as ${name}`)
    .join(', '),
);

function subjectOf({ repository, tag, actor, client, source }: StatsFilter): Condition {
  if ([repository, actor, client].filter((name) => name !== undefined).length > 1) {
    refuse(
      'repository',
      'numbers are kept for a repository, an actor or a client, not for two of them together',
    );
  }
  if (tag !== undefined && repository === undefined) refuse('tag', 'give its repository too');
  if (source !== undefined && (actor ?? client) !== undefined) {
    refuse('source', 'numbers of an actor or a client are kept for all sources together');
  }
  if (repository !== undefined) {
    const subject = tag === undefined ? SUBJECTS.repository : SUBJECTS.tag;
    return sql`${isSubject(subject, repositoryIdsOf(repository, source))} and a.tag = ${columnText(tag ?? '')}`;
  }
  if (actor !== undefined) return isSubject(SUBJECTS.actor, labelIdOf(LABEL_KINDS.actor, actor));
  if (client !== undefined) return isSubject(SUBJECTS.agent, labelIdOf(LABEL_KINDS.agent, client));
  const sources = source === undefined ? sql`` : sql`where s.name = ${columnText(source)}`;
  return isSubject(SUBJECTS.source, sql`select s.id from source s ${sources}`);
}

const isSubject = (subject: number, ids: RawBuilder<unknown>): Condition =>
  sql`a.subject = ${subject} and a.subject_id in (${ids})`;

/** As a query, of every source that has one. */
export function repositoryIdsOf(repository: string, source: string | undefined): RawBuilder<unknown> {
  const ofSource = source === undefined ? sql`` : sql`and s.name = ${columnText(source)}`;
  return sql`select r.id from source s join repository r on r.source_id = s.id
    where r.name = ${columnText(repository)} ${ofSource}`;
}

const labelIdOf = (kind: number, name: string): RawBuilder<unknown> =>
  sql`select l.id from label l where l.kind = ${kind} and l.name = ${columnText(name)}`;
