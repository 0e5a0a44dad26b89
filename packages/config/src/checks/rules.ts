/**
 * Ignore rules match exactly, case included, as in the registry: a pattern, or text in another
 * case, silently matches nothing. Repositories and tags are globs.
 */
import { ACTIONS } from '@longshore/event';
import { compileFilter } from '@longshore/routing';
import { nearest, quote } from '@longshore/settings/format';
import type { Endpoint } from '../endpoint.js';
import type { Step } from '../yaml/node.js';
import type { Check } from './check.js';
import { checkGlobs } from './globs.js';

const BLOBS = 'application/octet-stream';

/** The ignore rules of one endpoint. */
export function checkRules(endpoint: Endpoint, path: readonly Step[], check: Check): void {
  const { ignore } = endpoint;
  checkWhere(endpoint, path, check);
  const place = [...path, 'ignore'];
  for (const [index, action] of ignore.actions.entries())
    checkAction(action, endpoint, [...place, 'actions', index], check);
  checkGlobs(ignore.repositories, [...place, 'repositories'], check);
  checkGlobs(ignore.tags, [...place, 'tags'], check);
  for (const type of ignore.mediatypes) checkMediaType(type, place, check);
  const deletes = ignore.mediatypes.includes('') || ignore.actions.includes('delete');
  if (ignore.mediatypes.includes(BLOBS) && !deletes) {
    const remedy = 'Add delete to ignore.actions if no deletes are wanted';
    check.problems.warning(
      place,
      `${BLOBS} does not stop deletes of blobs: they carry no media type. ${remedy}`,
    );
  }
  if (check.flavor === 'registry' && ignore.actions.length > 0 && ignore.mediatypes.length === 0) {
    const before = 'registries before 3.1 ignore this list unless media types are listed too';
    check.problems.warning([...place, 'actions'], `${before}; Longshore applies it`);
  }
}

function checkWhere({ where }: Endpoint, path: readonly Step[], { problems }: Check): void {
  if (where === undefined) return;
  try {
    compileFilter(where);
  } catch (error) {
    problems.error(
      [...path, 'where'],
      `is no filter: ${error instanceof Error ? error.message : error}. Correct it`,
    );
  }
}

function checkAction(action: string, { accept }: Endpoint, place: Step[], { problems }: Check): void {
  // Other classes of events have other actions.
  if ((ACTIONS as readonly string[]).includes(action) || accept.some((one) => one !== 'event')) return;
  const meant = nearest(action, ACTIONS);
  const hint = meant === undefined ? `There are ${ACTIONS.join(', ')}` : `Write ${meant}`;
  problems.warning(place, `${quote(action)} never matches: actions match exactly, case included. ${hint}`);
}

function checkMediaType(type: string, place: Step[], { problems }: Check): void {
  const exact = 'never matches: media types match exactly, case included';
  if (type.includes('*'))
    problems.warning(place, `${quote(type)} ${exact}, without patterns. List each type`);
  else if (type !== type.trim() || type !== type.toLowerCase()) {
    problems.warning(place, `${quote(type)} ${exact}. Write ${quote(type.trim().toLowerCase())}`);
  }
}
