/** The records of a publish: one line for all of its events, and a count for each delivery that is not made. */
import type { Observer } from '@longshore/observe';
import type { PublishContext } from './context.js';
import { type Stored, supersededIn } from './stored.js';

/** What is recorded of events that are published. */
export type PublishObserver = Pick<
  Observer,
  'eventReceived' | 'deliveryIgnored' | 'deliveryCollapsed' | 'deliverySuperseded'
>;

/** To be called once what it says is durable. */
export function recordReceived(
  observer: PublishObserver,
  { events, counts }: Stored,
  { source, kind, started, detail }: PublishContext,
): void {
  const enqueuedTo: Record<string, number> = {};
  for (const { ignored, enqueued } of events) {
    for (const { endpoint, rule } of ignored) observer.deliveryIgnored({ endpoint, rule });
    for (const one of enqueued) {
      const { delivery, duplicate, collapsedInto } = one;
      const { id: deliveryId, endpoint, eventId, view } = delivery;
      const { action, repository, tag } = view;
      if (collapsedInto !== undefined) {
        const named = { endpoint, deliveryId, eventId, action, repository, tag };
        observer.deliveryCollapsed({ ...named, into: collapsedInto });
      } else if (!duplicate) enqueuedTo[endpoint] = (enqueuedTo[endpoint] ?? 0) + 1;
      for (const pointless of supersededIn(one)) {
        observer.deliverySuperseded({ endpoint, ...pointless, action, repository, tag });
      }
    }
  }
  const summaries = events.map(({ taken: { event } }) => {
    const { repository, tag, digest } = event.target;
    return { id: event.id, action: event.action, repository, tag, digest };
  });
  const ms = performance.now() - started;
  observer.eventReceived({ source, kind, events: summaries, ...counts, ms, detail }, { enqueuedTo });
}
