/** Deletes: of an image with its tags, or of a tag alone. A registry sends one event for each of them. */
import { sideTagOf } from './artifacts.js';
import { between } from './order.js';
import { commonOf } from './push.js';
import type { ImageDeleted, Made, RawEvent, Scene, TagChanged } from './types.js';

/** The registry reports a delete and the tags that go with it within this. Milliseconds. */
export const DELETE_GROUP_MS = 2_000;

/** Deletes of one request. @param deletes in order */
export function deletesOf(deletes: readonly RawEvent[]): RawEvent[][] {
  const groups: RawEvent[][] = [];
  for (const event of deletes) {
    const own = groups.find(
      ([first]) => first && keyOf(first) === keyOf(event) && between(first.at, event.at) <= DELETE_GROUP_MS,
    );
    if (own) own.push(event);
    else groups.push([event]);
  }
  return groups;
}

/** Senders without ids of requests name the digest with each tag. */
const keyOf = ({ source, requestId, digest, tag, actor }: RawEvent): string =>
  JSON.stringify(requestId === undefined ? [source, digest ?? tag, actor] : [source, requestId]);

/** What one request deleted. Blobs, and what may be one, make no event. */
export function removed(group: readonly RawEvent[], scene: Scene): Made[] {
  const named = group.find(({ digest }) => digest !== undefined);
  const tags = group.flatMap(({ id, tag }) => [
    ...(tag === undefined ? [] : [tag]),
    ...(scene.before.get(id) ?? []).filter(({ from, late }) => from && !late).map((before) => before.tag),
  ]);
  if (named?.digest === undefined) return group.flatMap((event) => tagDeleted(event, scene));
  if (tags.length === 0 && !isManifest(named, named.digest, scene)) return [];
  const late = group.some(({ id }) => scene.before.get(id)?.some((before) => before.late));
  const event: ImageDeleted = {
    ...commonOf('image.deleted', named, scene.repository, named.digest),
    action: 'image.deleted',
    digest: named.digest,
    tags: [...new Set(tags)].filter((tag) => !sideTagOf(tag)),
    ...(late && { late }),
  };
  return [{ event, members: group.map(({ id }) => id) }];
}

/** A registry of its own format reports deletes of blobs in the same way; all others have none. */
function isManifest({ sender }: RawEvent, digest: string, { manifests }: Scene): boolean {
  return sender !== 'distribution' || manifests.has(digest);
}

function tagDeleted(event: RawEvent, { before, repository }: Scene): Made[] {
  const { tag, id } = event;
  if (tag === undefined || sideTagOf(tag)) return [];
  const was = before.get(id)?.find((one) => one.tag === tag);
  // It went with its image, which was reported, or something later is known of it.
  if (was?.late || was?.from === null) return [];
  const digest = was?.from ?? undefined;
  const deleted: TagChanged = {
    ...commonOf('tag.deleted', event, repository, digest, tag),
    action: 'tag.deleted',
    tag,
    ...(digest !== undefined && { digest }),
  };
  return [{ event: deleted, members: [id] }];
}
