/** Pushes by digest: children of an index, referrers of an image, copies of what a tag gets a moment later. */
import { isIndex } from './artifacts.js';
import { childrenOf } from './content.js';
import { between, pusherOf } from './order.js';
import type { Root } from './roots.js';
import type { RawEvent, Scene } from './types.js';

/** A push by digest of what a root names belongs to that root (`oras cp`). Milliseconds. */
const SAME_DIGEST_MS = 60_000;

/** The root that a push by digest belongs to. @param roots in order */
export function rootOf(push: RawEvent, roots: readonly Root[], scene: Scene): Root | undefined {
  const { digest = '' } = push;
  const near = roots.filter(
    ({ first, sources }) =>
      sources.includes(push.source) && Math.abs(between(push.at, first.at)) <= scene.settings.orphan,
  );
  return (
    near.find(({ first }) => first.digest === digest && isSoon(push, first)) ??
    near.find(({ first }) => childrenOf(first.digest ?? '', scene.manifests).includes(digest)) ??
    near.find((root) => isUnlisted(root, scene) && isNextRoot(push, root, near))
  );
}

const isSoon = (one: { at: string }, other: { at: string }): boolean =>
  Math.abs(between(one.at, other.at)) <= SAME_DIGEST_MS;

/** An index of which it is not known what it lists. */
function isUnlisted({ first }: Root, { manifests }: Scene): boolean {
  const manifest = manifests.get(first.digest ?? '');
  return !manifest?.references && isIndex(manifest ?? first);
}

/** Such an index lists what its pusher pushed before it, after the root before it. */
function isNextRoot(push: RawEvent, root: Root, roots: readonly Root[]): boolean {
  const pusher = pusherOf(push);
  return roots.find(({ first }) => pusherOf(first) === pusher && first.at >= push.at) === root;
}

/** Does a push by digest belong to a root that was reported before it arrived? */
export function isReported({ digest = '', at }: RawEvent, { reported, manifests }: Scene): boolean {
  return reported.some(
    (root) =>
      (root.digest === digest && isSoon({ at }, root)) || childrenOf(root.digest, manifests).includes(digest),
  );
}
