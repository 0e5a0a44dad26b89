/** Recorded events as the deliveries that the archive gets. */
import { type Delivery, deliveryOf, EVENTS_V2, type RegistryEvent } from '@longshore/event';
import type { Sent } from './memory.js';

/** As ingest would have taken it from this source. */
export function deliveryOfSent(sent: Sent, source = 'registry', kind = 'distribution'): Delivery {
  const { id, timestamp, action, target, request, actor } = sent;
  const { mediaType, digest, size, repository, tag, references } = target;
  const event: RegistryEvent = {
    ...{ id, action, timestamp },
    class: 'event',
    nativeType: action,
    target: {
      repository,
      ...(mediaType && { mediaType }),
      ...(digest && { digest }),
      ...(size && { size }),
      ...(tag && { tag }),
      ...(references && { references }),
    },
    request,
    ...(actor.name && { actor: { name: actor.name } }),
  };
  const payload = { event: { ...sent } as Record<string, unknown> };
  const receivedAt = Date.parse(timestamp) + 50;
  return deliveryOf({ event, payload, contentType: EVENTS_V2, source, kind, receivedAt }, 'archive');
}
