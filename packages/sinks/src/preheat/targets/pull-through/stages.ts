/**
 * In which order a cache is asked for the parts of an image: it should not promise, by a manifest, what it does
 * not have.
 */
import type { WarmImage, WarmItem } from '../target.js';

/** Children before parents: blobs, manifests, inner indexes, the root. */
export function stagesOf({ items, digest }: WarmImage): WarmItem[][] {
  const inner = items.filter((item) => item.digest !== digest);
  const stages = [
    inner.filter(({ role }) => role === 'config' || role === 'layer'),
    inner.filter(({ role }) => role === 'manifest'),
    // the walk has parents first; one by one, because an index may be in another
    ...inner
      .filter(({ role }) => role === 'index')
      .map((item) => [item])
      .reverse(),
    items.filter((item) => item.digest === digest),
  ];
  return stages.filter((stage) => stage.length > 0);
}
