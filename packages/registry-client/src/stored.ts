/**
 * Does a pull-through cache have the blob that it answered with? Seen with CNCF Distribution 2.8.2 and 3.1.1 in
 * proxy mode: what they keep they serve as a file, with `Accept-Ranges`; what they fetch to answer comes without.
 * The status says nothing: they answer 200 to a HEAD although their own download broke off, and 2.8.2 answers a GET
 * without keeping the blob while it fetches the same one for another repository.
 */
import type { FinalAnswer } from './redirects.js';

/** Undefined for servers that do not say that they are of this kind, and for the storage that they redirect to. */
export function storedIn({ headers, own }: FinalAnswer): boolean | undefined {
  if (!own || headers['docker-distribution-api-version'] === undefined) return undefined;
  return headers['accept-ranges'] === 'bytes';
}
