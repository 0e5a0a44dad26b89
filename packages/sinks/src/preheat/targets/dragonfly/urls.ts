/**
 * The URLs that make a task's identity: scheme, host and path of what a node will ask for. Another host is
 * another task, so the base is what the nodes' mirror configuration has.
 */
import { trimEnd } from '@longshore/event';
import type { WarmImage } from '../target.js';

/** Of a manifest by digest. `base`: of the registry, as nodes pull. */
export function manifestUrl(base: string, { repository }: WarmImage, digest: string): string {
  return `${trimEnd(base, '/')}/v2/${repository}/manifests/${digest}`;
}

/** The blob’s URL in the registry, as nodes pull it. */
export function blobUrl(base: string, { repository }: WarmImage, digest: string): string {
  return `${trimEnd(base, '/')}/v2/${repository}/blobs/${digest}`;
}

/** Comparable: without query, default port and the like. The text itself when it is no URL. */
export function canonical(url: string): string {
  if (!URL.canParse(url)) return url;
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
