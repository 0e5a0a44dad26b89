/** An image event, or a pull, as it is delivered: in the envelope that the registry's events have, its fields beside `action`. */
import { EVENTS_V1, PULL_ACTIONS, type RegistryEvent, type TakenEvent } from '@longshore/event';
import type { PullEvent } from '../pulls/types.js';
import type { UnpublishedEvent } from './store/unpublished.js';
import type { ImageEvent } from './types.js';

const PULLS: ReadonlySet<string> = new Set(PULL_ACTIONS);

/** As ingest would have taken it from the source whose events it was made of. */
export function imageEventTaken({ event, kind, madeAt }: Omit<UnpublishedEvent, 'repositoryId'>): TakenEvent {
  const { id, at, action, source, ...fields } = event;
  const { userAgent, addr, host, actor } = event;
  const taken: RegistryEvent = {
    id,
    class: PULLS.has(action) ? 'pull' : 'image',
    action,
    nativeType: action,
    timestamp: at,
    time: `${at.slice(0, 23)}Z`,
    target: targetOf(event),
    request: {
      ...(addr !== undefined && { addr }),
      ...(host !== undefined && { host }),
      ...(userAgent !== undefined && { useragent: userAgent }),
    },
    ...(actor !== undefined && { actor: { name: actor } }),
  };
  return {
    event: taken,
    payload: { event: { id, timestamp: at, action, source, ...fields, at } },
    contentType: EVENTS_V1,
    source,
    kind,
    receivedAt: madeAt,
  };
}

/** The first tag stands for all of them. */
function targetOf(event: ImageEvent | PullEvent): RegistryEvent['target'] {
  const { repository, digest } = event;
  const tag = 'tags' in event ? event.tags[0] : 'tag' in event ? event.tag : undefined;
  const mediaType = 'mediaType' in event ? event.mediaType : undefined;
  const size = 'size' in event ? event.size : 'expectedBytes' in event ? event.expectedBytes : undefined;
  return {
    ...(mediaType !== undefined && { mediaType }),
    ...(digest !== undefined && { digest }),
    ...(size !== undefined && { size }),
    repository,
    ...(tag !== undefined && { tag }),
  };
}
