/**
 * Kraken's paths. The namespace is one segment, so its slashes are escaped; the server matches the raw path.
 * A proxy that decodes `%2F` on the way breaks this, and every other client of Kraken too.
 */
const segment = encodeURIComponent;

/** Is it a digest that Kraken takes? Anything else is answered by 400. */
export function isKrakenDigest(digest: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(digest);
}

/** Of an origin: who keeps the blob. */
export function locationsPath(digest: string): string {
  return `/blobs/${digest}/locations`;
}

/** Of an origin, since v0.1.13. */
export function prefetchPath(namespace: string, digest: string): string {
  return `/namespace/${segment(namespace)}/blobs/${digest}/prefetch`;
}

/** Of an origin; the tracker's has no `/internal`. */
export function originMetainfoPath(namespace: string, digest: string): string {
  return `/internal/namespace/${segment(namespace)}/blobs/${digest}/metainfo`;
}

/** Of a tracker. */
export function trackerMetainfoPath(namespace: string, digest: string): string {
  return `/namespace/${segment(namespace)}/blobs/${digest}/metainfo`;
}

/** Of an origin: is the blob on its own disk? Without `local` it would ask the backend. */
export function localPath(namespace: string, digest: string): string {
  return `/internal/namespace/${segment(namespace)}/blobs/${digest}?local=true`;
}

/** Of a proxy. */
export const NOTIFICATIONS_PATH = '/registry/notifications';
