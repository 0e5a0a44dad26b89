/**
 * A reference to an image with its registry in front, as registries of the cloud write it. It is split at
 * its marks and no more: what stands between them is the sender's word.
 */

import { withoutScheme } from './reference.js';

/** The parts of a full reference to an image. */
export interface ImageReference {
  /** `host[:port]`. */
  host: string;
  repository: string;
  tag?: string;
  digest?: string;
}

/** A digest where the tag is expected: GitHub writes it for what was pushed without a tag. */
const DIGEST_AS_TAG = /:(?=sha\d+:[0-9a-f]{32,}$)/;

/**
 * Of `host/repository[:tag][@digest]`, with or without a scheme in front; undefined for a text without a slash.
 * An empty tag is none.
 */
export function parseFullReference(reference: string): ImageReference | undefined {
  const text = withoutScheme(reference);
  const slash = text.indexOf('/');
  if (slash === -1) return undefined;
  const [path = '', digest] = text
    .slice(slash + 1)
    .replace(DIGEST_AS_TAG, '@')
    .split('@', 2);
  const colon = path.lastIndexOf(':');
  const repository = colon === -1 ? path : path.slice(0, colon);
  const tag = colon === -1 ? undefined : path.slice(colon + 1);
  return { host: text.slice(0, slash), repository, ...(tag && { tag }), ...(digest && { digest }) };
}
