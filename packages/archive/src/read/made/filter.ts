/** What filters of image events and of pulls have in common. */
import { sql } from 'kysely';
import { columnText } from '../../write/text.js';
import type { Ask } from '../ask.js';
import type { Condition } from '../filter.js';
import { repositoryIds } from '../repository-names.js';

/** By its repository. */
export interface OfRepositories {
  text?: string;
  repository?: string;
  source?: string;
}

/** Undefined: no repository matches. @param column id of the repository @throws LongshoreError REQUEST_INVALID */
export async function repositoriesOf(
  ask: Ask,
  column: Condition,
  { text, repository, source }: OfRepositories,
  signal?: AbortSignal,
): Promise<Condition[] | undefined> {
  if ((text ?? repository ?? source) === undefined) return [];
  const more =
    source === undefined
      ? []
      : [sql`r.source_id in (select id from source where name = ${columnText(source)})`];
  const ids = await repositoryIds(ask, { text, repository }, more, signal);
  return ids.length === 0 ? undefined : [sql`${column} = any(${ids}::int[])`];
}
