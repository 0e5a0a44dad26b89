/** Repositories by their names: the small table on which a search for a part of a name is made. */
import { excerpt, globFault, globMatcher } from '@longshore/event';
import { sql } from 'kysely';
import { columnText } from '../write/text.js';
import type { Ask } from './ask.js';
import { all, beginsWith, type Condition, contains, refuse } from './filter.js';

/** Which names. */
export interface NameFilter {
  /** A part of the name. */
  text?: string | undefined;
  /** A name, or a glob. */
  repository?: string | undefined;
  /** Id of the source. */
  sourceId?: number | undefined;
}

/** Above this a search by repositories has to be narrower. */
const MOST = 100_000;

const GLOB = /[*?[\]{}!\\]/;

/** @throws LongshoreError REQUEST_INVALID for a glob that cannot be used */
export function nameConditions({ text, repository, sourceId }: NameFilter): Condition[] {
  const conditions: Condition[] = [];
  if (sourceId !== undefined) conditions.push(sql`r.source_id = ${sourceId}`);
  if (text !== undefined) conditions.push(contains(sql`r.name`, text));
  if (repository === undefined) return conditions;
  if (!isGlob(repository)) return [...conditions, sql`r.name = ${columnText(repository)}`];
  const fault = globFault(repository);
  if (fault !== undefined) refuse('repository', `the glob ${excerpt(JSON.stringify(repository))} ${fault}`);
  const [plain = ''] = repository.split(GLOB, 1);
  return plain === '' ? conditions : [...conditions, beginsWith(sql`r.name`, plain.replace(/\/$/, ''))];
}

/** Is it more than a name? */
export const isGlob = (text: string): boolean => GLOB.test(text);

/** What the conditions leave to be checked, since a glob is more than SQL can say. */
export const nameMatcher = ({ repository }: NameFilter): ((name: string) => boolean) =>
  repository !== undefined && isGlob(repository) ? globMatcher([repository]) : () => true;

/**
 * Ids of the repositories with such names.
 * @param more other conditions on the table `r`
 * @throws LongshoreError REQUEST_INVALID when they are too many
 */
export async function repositoryIds(
  ask: Ask,
  filter: NameFilter,
  more: readonly Condition[],
  signal?: AbortSignal,
): Promise<number[]> {
  const conditions = all([...nameConditions(filter), ...more]);
  const rows = await ask(
    sql<{
      id: number;
      name: string;
    }>`select r.id, r.name from repository r where ${conditions} limit ${MOST + 1}`,
    signal,
  );
  if (rows.length > MOST)
    refuse('repository', `more than ${MOST} repositories match; write more of the name`);
  const matches = nameMatcher(filter);
  return rows.filter(({ name }) => matches(name)).map(({ id }) => id);
}
