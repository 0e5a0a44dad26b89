/**
 * Signatures, SBOMs and other artifacts that refer to an image. Registries without a referrers API list them in an
 * index whose tag names the image; it is pushed again, grown, with each further one.
 */
import { artifactOf, artifactOfSuffix, isIndex, type SideTag, typeOf } from './artifacts.js';
import { isManifestPush } from './order.js';
import { commonOf } from './push.js';
import type { Root } from './roots.js';
import type { ArtifactAttached, Made, ManifestFacts, RawEvent, Scene } from './types.js';

/** Of a root with a side tag. @param children pushes by digest that belong to it @param events all of the repository, in order */
export function attachedBy(
  { first, events: own }: Root,
  { subject, suffix }: SideTag,
  children: readonly RawEvent[],
  events: readonly RawEvent[],
  scene: Scene,
): Made[] {
  const members = own.map(({ id }) => id);
  const { digest } = first;
  if (suffix !== undefined) {
    const known = scene.manifests.get(digest ?? '');
    const type = known?.artifactType ?? suffix;
    const event = { ...attached(first, subject, digest, scene), artifact: artifactOfSuffix(suffix), type };
    return [{ event, members }];
  }
  return added(first, scene, children).map((referrer) => {
    // The registry may have said before what it refers to: the same event.
    const push = events.findLast((event) => isPushOf(event, referrer) && event.at <= first.at);
    const event = attached(push ?? first, subject, referrer, scene, listedIn(digest, referrer, scene));
    return { event, members: [...(push ? [push.id] : []), ...members] };
  });
}

const isPushOf = (event: RawEvent, digest: string): boolean =>
  isManifestPush(event) && event.tag === undefined && event.digest === digest;

/** Of a push by digest whose manifest names a subject: the registry keeps the list itself. */
export function attachedTo(push: RawEvent, subject: string, scene: Scene): Made {
  return { event: attached(push, subject, push.digest, scene), members: [push.id] };
}

function attached(
  push: RawEvent,
  subject: string,
  digest: string | undefined,
  { repository, manifests }: Scene,
  listed?: ManifestFacts,
): ArtifactAttached {
  const known = manifests.get(digest ?? '') ?? listed;
  const facts = known && { ...known, artifactType: known.artifactType ?? listed?.artifactType };
  const type = typeOf(facts);
  return {
    ...commonOf('artifact.attached', push, repository, digest),
    action: 'artifact.attached',
    subject,
    ...(digest !== undefined && { digest }),
    artifact: type === undefined ? 'other' : artifactOf(facts),
    ...(type !== undefined && { type }),
  };
}

/** What the index of a side tag lists and its predecessor did not; where that is not known, what was pushed with it. */
function added(
  { id, digest }: RawEvent,
  { manifests, before }: Scene,
  children: readonly RawEvent[],
): string[] {
  const list = referencesOf(digest, manifests);
  if (!list) return children.map((child) => child.digest ?? '');
  const from = (before.get(id) ?? [])[0]?.from ?? undefined;
  if (from === undefined) return list;
  const known = referencesOf(from, manifests);
  if (known) return list.filter((one) => !known.includes(one));
  const fresh = list.filter((one) => children.some((child) => child.digest === one));
  return fresh.length > 0 ? fresh : list;
}

function referencesOf(digest: string | undefined, manifests: Scene['manifests']): string[] | undefined {
  const manifest = manifests.get(digest ?? '');
  return manifest?.references?.map((reference) => reference.digest);
}

/** An index may say the type of what it lists. */
function listedIn(
  index: string | undefined,
  digest: string,
  { manifests }: Scene,
): ManifestFacts | undefined {
  const manifest = manifests.get(index ?? '');
  if (!isIndex(manifest)) return undefined;
  const listed = manifest?.references?.find((reference) => reference.digest === digest);
  return listed?.artifactType === undefined ? undefined : { artifactType: listed.artifactType };
}
