/** A commit point as events: one for the image, one for each tag that it creates or moves. */
import { eventIdFrom, type ImageAction } from '@longshore/event';
import { artifactOf } from './artifacts.js';
import { changedPlatforms, contentOf } from './content.js';
import { effortOf } from './effort.js';
import { inOrder } from './order.js';
import type { Root } from './roots.js';
import type { ImagePushed, Made, RawEvent, Scene, TagBefore, TagChanged } from './types.js';

/** @param events all that is known of the repository, in order @param children pushes by digest that belong to it */
export function pushed(
  root: Root,
  children: readonly RawEvent[],
  events: readonly RawEvent[],
  scene: Scene,
): Made[] {
  const { manifests, repository, before } = scene;
  const { first } = root;
  const changes = tellingOf(root).flatMap((event) =>
    (before.get(event.id) ?? []).map((was) => ({ event, was })),
  );
  const content = contentOf(first.digest, manifests);
  const { members, ...bytes } = effortOf(root, content, events);
  const all = inOrder([...members, ...children]);
  const previous = changes.map(({ was }) => was.from).find((from) => from && from !== first.digest);
  const late = changes.some(({ was }) => was.late);
  const event: ImagePushed = {
    ...commonOf('image.pushed', first, repository, first.digest),
    ...(root.sources.length > 1 && { sources: root.sources }),
    action: 'image.pushed',
    tags: root.tags,
    ...(first.digest !== undefined && { digest: first.digest }),
    ...(first.mediaType !== undefined && { mediaType: first.mediaType }),
    artifact: artifactOf(factsOf(first, scene)),
    platforms: content.platforms,
    attestations: content.attestations,
    ...(content.size !== undefined && { size: content.size }),
    ...bytes,
    ...(previous && { previousDigest: previous }),
    unchanged: changes.length > 0 && changes.every(({ was }) => !!was.from && was.from === first.digest),
    changedPlatforms: changedPlatforms(content, previous ?? undefined, manifests),
    ...(late && { late }),
    startedAt: all[0]?.at ?? first.at,
    events: all.length,
  };
  const tags = changes.flatMap((change) => tagChanged(change, repository));
  return [{ event, members: all.map(({ id }) => id) }, ...tags];
}

/** Of several sources that report a tag, the one that reported it first. */
function tellingOf({ events }: Root): RawEvent[] {
  const teller = new Map<string | undefined, string>();
  for (const { tag, source } of events) if (!teller.has(tag)) teller.set(tag, source);
  return events.filter(({ tag, source }) => teller.get(tag) === source);
}

/** What the event itself says of a manifest that nothing else is known of. */
function factsOf({ digest, mediaType }: RawEvent, { manifests }: Scene) {
  return manifests.get(digest ?? '') ?? { ...(mediaType !== undefined && { mediaType }) };
}

/** None where it is not known whether the tag moved, or where something later was reported already. */
function tagChanged({ event, was }: { event: RawEvent; was: TagBefore }, repository: string): Made[] {
  const { digest, id } = event;
  const { tag, from, there, late } = was;
  if (late || there || (digest === undefined ? typeof from === 'string' : from === digest)) return [];
  const action = from ? 'tag.moved' : 'tag.created';
  const changed: TagChanged = {
    ...commonOf(action, event, repository, digest, tag),
    action,
    tag,
    ...(digest !== undefined && { digest }),
    ...(from && digest !== undefined && { from, to: digest }),
    ...(action === 'tag.created' && { firstSeen: from === undefined }),
  };
  return [{ event: changed, members: [id] }];
}

/** The fields of every image event. Its id follows from what it is about, so that it is made twice as the same event. */
export function commonOf(
  action: ImageAction,
  { id, at, source, actor, userAgent, addr, host }: RawEvent,
  repository: string,
  digest: string | undefined,
  tag?: string,
) {
  return {
    id: eventIdFrom(source, [action, repository, digest, id, ...(tag === undefined ? [] : [tag])]),
    at,
    source,
    repository,
    ...(actor !== undefined && { actor }),
    ...(userAgent !== undefined && { userAgent }),
    ...(addr !== undefined && { addr }),
    ...(host !== undefined && { host }),
  };
}
