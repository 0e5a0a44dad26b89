/**
 * The paths that webhooks are posted to. `/registry/notifications` is where Harbor's preheat driver posts to
 * by itself. A slash at the end makes no difference: a registry retries a request that gets a 404 forever.
 *
 * A path may end in a secret (`/sources/NAME/TOKEN`): what is logged or stored is `withoutToken`.
 */

import { excerpt } from '@longshore/event';

/** The shared path: the request itself shows its format. */
export const OPEN_PATH = '/registry/notifications';

const NAMED = '/sources/';

/** The path of a source, percent-encoded. */
export function pathOf(source: string): string {
  return NAMED + encodeURIComponent(source);
}

/** Where a path leads. */
export interface Place {
  open?: true;
  /** Name of the source. */
  source?: string;
  /** What stands behind the name. */
  token?: string;
}

/** To the open path, to the source of that name, or, when neither is there, nowhere. */
export function parsePath(path: string): Place {
  const bare = path.endsWith('/') ? path.slice(0, -1) : path;
  if (bare === OPEN_PATH) return { open: true };
  if (!bare.startsWith(NAMED)) return {};
  const [name = '', token, ...more] = bare.slice(NAMED.length).split('/');
  if (more.length > 0) return {};
  try {
    const source = decodeURIComponent(name);
    return token === undefined ? { source } : { source, token: decodeURIComponent(token) };
  } catch {
    return {}; // a stray `%`
  }
}

/** Words of the paths that there are, whatever the sources are called. */
const OWN_WORDS = ['registry', 'notifications', 'sources', 'health'];

/** What separates the words of a path, also mistyped or encoded. */
const SEPARATOR = /([/\\;]|%2f|%5c)/i;

/**
 * The path without what may be a secret, for answers, logs and quarantine. A mistyped path holds the secret all the
 * same, at any place: only our own words and names of sources are shown, of all else `…`.
 * @param known names of sources, or the paths that there are
 */
export function withoutToken(path: string, known: readonly string[]): string {
  const words = new Set(['', ...OWN_WORDS, ...known.flatMap(wordsOf)]);
  const parts = path.slice(0, LONGEST).split(SEPARATOR);
  const shown = parts.map((part, at) =>
    at % 2 === 1 || words.has(decoded(part).toLowerCase()) ? part : HIDDEN,
  );
  if (path.length > LONGEST) shown.push(HIDDEN);
  return excerpt(shown.join('').replace(HIDDEN_AGAIN, HIDDEN));
}

const HIDDEN = '…';

/** Several hidden words in a row. */
const HIDDEN_AGAIN = /…(?:(?:[/\\;]|%2f|%5c)*…)+/gi;

/** Characters of a path that are looked at; more than any path of ours with its token. */
const LONGEST = 2_000;

const wordsOf = (text: string) => text.split(SEPARATOR).map((word) => decoded(word).toLowerCase());

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a stray `%`
  }
}
