/**
 * Small questions about image references and registry URLs. Regular expressions instead of `URL`, which
 * would rewrite what it reads (default ports, escapes) and costs more than the rest of an event.
 */

/** `algorithm:hex` where a tag is expected: several registries put the digest there. */
export function isDigest(reference: string): boolean {
  return /^sha\d+:[0-9a-f]{32,}$/.test(reference);
}

/** The URL without `user:password@`. */
export function withoutCredentials(url: string): string {
  return url.includes('@') ? url.replace(/^([a-z][a-z0-9+.-]*:)?\/\/[^/?#\\]*@/i, '$1//') : url;
}

/** A reference to an image without the `https://` or `user@` that some senders write in front of its host. */
export function withoutScheme(reference: string): string {
  return reference.replace(/^https?:\/\/(?:[^/?#\\@]*@)?/i, '');
}

/** The tag at the end of a manifest's URL, where registry 2.0 put it; a digest is no tag. */
export function tagOfManifestUrl(url: string): string | undefined {
  return /\/manifests\/(\w[\w.-]{0,127})(?:[?#]|$)/.exec(url)?.[1];
}

/** What a text like `team/api:1.4.2` or `team/api@sha256:…` names; undefined when it is no such reference. */
export function parseReference(
  text: string,
): { repository: string; tag?: string; digest?: string } | undefined {
  const [, repository, tag, digest] = REFERENCE.exec(text) ?? [];
  if (repository === undefined) return undefined;
  return { repository, ...(tag && { tag }), ...(digest && { digest }) };
}

/** The grammar of the registry's own references, without a host. */
const REFERENCE =
  /^([a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::(\w[\w.-]{0,127}))?(?:@([a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-f]{32,}))?$/i;

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
