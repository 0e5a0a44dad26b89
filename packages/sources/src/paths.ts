/**
 * The paths that webhooks are posted to. `/registry/notifications` is where Harbor's preheat driver posts to
 * by itself. A slash at the end is no other path: a registry repeats a request that gets a 404 for ever.
 */

/** The open path: the format is told from the request. */
export const OPEN_PATH = '/registry/notifications';

const NAMED = '/sources/';

/** The path of a source, percent-encoded. */
export function pathOf(source: string): string {
  return NAMED + encodeURIComponent(source);
}

/** Where a path leads: to the open path, to the source of that name, or, when neither is there, nowhere. */
export function parsePath(path: string): { open?: true; source?: string } {
  const bare = path.endsWith('/') ? path.slice(0, -1) : path;
  if (bare === OPEN_PATH) return { open: true };
  if (!bare.startsWith(NAMED)) return {};
  try {
    return { source: decodeURIComponent(bare.slice(NAMED.length)) };
  } catch {
    return {}; // a stray `%`
  }
}
