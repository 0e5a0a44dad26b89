/** What the events of a registry do not say of an image, and its manifests would. */
import { artifactOf, isIndex, typeOf } from '../artifacts.js';
import { isAttestation } from '../content.js';
import { isManifestPush } from '../order.js';
import type { ManifestFacts, RawEvent, Scene } from '../types.js';

/** A manifest to be read, with the source that names it. */
export interface Wanted {
  source: string;
  digest: string;
}

/** Of tagged pushes that are about to be decided: the root, its children, and the index that was there before. */
export function missingOf({ open, manifests, before, age, settings }: Scene): Wanted[] {
  const wanted = new Map<string, Wanted>();
  const want = (source: string, digest: string, facts: ManifestFacts | undefined, isTop: boolean): void => {
    if (isLacking(facts, isTop)) wanted.set(digest, { source, digest });
    if (!isIndex(facts)) return;
    for (const reference of facts?.references ?? []) {
      const child = manifests.get(reference.digest);
      if (!isAttestation(reference)) want(source, reference.digest, child, false);
    }
  };
  for (const event of open) {
    if (!isRoot(event) || age(event) < settings.settle || event.digest === undefined) continue;
    want(event.source, event.digest, manifests.get(event.digest), true);
    if (!isIndex(manifests.get(event.digest))) continue;
    for (const { from } of before.get(event.id) ?? []) {
      if (from) want(event.source, from, manifests.get(from), true);
    }
  }
  return [...wanted.values()];
}

/** Of pushes by digest that belong to nothing that is known: they may name a subject. */
export function subjectsOf({ open, manifests }: Scene, waiting: readonly string[]): Wanted[] {
  return open.flatMap(({ id, source, digest }) =>
    digest !== undefined && waiting.includes(id) && !manifests.get(digest)?.read ? [{ source, digest }] : [],
  );
}

const isRoot = (event: RawEvent): boolean => isManifestPush(event) && event.tag !== undefined;

function isLacking(facts: ManifestFacts | undefined, isTop: boolean): boolean {
  if (facts?.read) return false;
  if (!facts?.references) return true;
  if (isIndex(facts)) {
    return facts.references.some((one) => one.platform === undefined && !isAttestation(one));
  }
  const isImage = artifactOf(facts) === 'image';
  return typeOf(facts) === undefined || (isTop && isImage && facts.platform === undefined);
}
