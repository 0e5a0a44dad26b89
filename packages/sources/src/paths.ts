/**
 * The paths that webhooks are posted to. `/registry/notifications` is where Harbor's preheat driver posts to
 * by itself. A slash at the end is no other path: a registry repeats a request that gets a 404 for ever.
 *
 * A path may end in a secret (`/sources/NAME/TOKEN`): what is logged or stored is `withoutToken`.
 */

/** The open path: the format is told from the request. */
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

/** As much of a path as may be shown: a place that there is, or the first words of one that there is not. */
const SHOWN =
  /^\/+(?:(?:registry\/notifications|health)(?![^/])|(?:(?:registry|sources)\/)?(?:(?!%2f)[^/;])*)/i;

/**
 * The path without what may be a secret. Whoever mistypes a path has the secret in it all the same, so of a path
 * that leads nowhere little is shown too.
 */
export function withoutToken(path: string): string {
  const [shown = ''] = SHOWN.exec(path) ?? [];
  const rest = path.slice(shown.length);
  return /^\/*$/.test(rest) ? path : `${shown}/…`;
}
