/** What a request of a registry is about, by its path. */
import { isDigest } from '../../reference.js';

/** See the header. */
export interface RequestTarget {
  kind: 'manifest' | 'blob' | 'other';
  repository?: string;
  tag?: string;
  digest?: string;
}

const MANIFEST = '/manifests/';
const BLOB = '/blobs/';
const LONGEST_NAME = 1_024;

/** @param uri path and query */
export function requestTarget(uri: string): RequestTarget {
  const [path = ''] = uri.split('?', 1);
  if (!path.startsWith('/v2/') || path.length > 2 * LONGEST_NAME) return { kind: 'other' };
  for (const [kind, mark] of [
    ['manifest', MANIFEST],
    ['blob', BLOB],
  ] as const) {
    const place = path.lastIndexOf(mark);
    if (place < 4) continue;
    const repository = path.slice(4, place);
    const reference = path.slice(place + mark.length);
    if (repository === '' || reference === '' || reference.includes('/')) continue;
    return { kind, repository, ...(isDigest(reference) ? { digest: reference } : { tag: reference }) };
  }
  return { kind: 'other' };
}
