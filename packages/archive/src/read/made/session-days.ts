/** Pulls of each day, by how they ended. Days are of UTC. */
import { sql } from 'kysely';
import { PULL_STATES, type PullState } from '../../pulls/types.js';
import { columnText } from '../../write/text.js';
import type { Ask } from '../ask.js';
import { all, type Condition, refuse } from '../filter.js';
import { daysOf, repositoryIdsOf } from '../statistics.js';
import type { SessionDay, SessionDayFilter } from './types.js';

const DAY_MS = 86_400_000;
const NO_PULL: ReadonlySet<PullState> = new Set(['checked', 'inspected']);

/** Oldest first, every day of the window. @throws LongshoreError REQUEST_INVALID */
export async function sessionDays(ask: Ask, filter: SessionDayFilter): Promise<SessionDay[]> {
  const { from, to } = daysOf(filter);
  const conditions = [...ofWhom(filter), sql`d.day >= ${from}::date`, sql`d.day < ${to}::date`];
  const rows = await ask(
    sql<{ day: string; state: number; sessions: number; bytes: number }>`
      select d.day, d.state, sum(d.sessions)::bigint as sessions, sum(d.bytes)::bigint as bytes
      from session_day d where ${all(conditions)} group by d.day, d.state`,
  );
  const days = new Map<string, SessionDay>();
  for (let at = Date.parse(from); at < Date.parse(to); at += DAY_MS) {
    const day = new Date(at).toISOString().slice(0, 10);
    days.set(day, emptyDay(day));
  }
  for (const { day, state, sessions, bytes } of rows) {
    const [sums, name] = [days.get(day), PULL_STATES[state]];
    if (!sums || !name) continue;
    sums[name] += sessions;
    sums.bytes += bytes;
    if (!NO_PULL.has(name)) sums.pulls += sessions;
  }
  return [...days.values()];
}

const emptyDay = (day: string): SessionDay => ({
  ...{ day, pulls: 0, bytes: 0, checked: 0, inspected: 0, cached: 0 },
  ...{ complete: 0, unfinished: 0, interrupted: 0, redirected: 0 },
});

function ofWhom({ repository, tag, source }: SessionDayFilter): Condition[] {
  if (repository !== undefined) {
    const ofTag = tag === undefined ? [] : [sql`d.tag = ${columnText(tag)}`];
    return [sql`d.repository_id in (${repositoryIdsOf(repository, source)})`, ...ofTag];
  }
  if (tag !== undefined) refuse('tag', 'give its repository too');
  if (source === undefined) return [];
  return [
    sql`d.repository_id in (select r.id from repository r join source s on s.id = r.source_id
      where s.name = ${columnText(source)})`,
  ];
}
