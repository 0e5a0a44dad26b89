/** A span for each delivery that is enqueued. Its context is stored with the delivery. */
import type { PlannedDelivery } from '@longshore/queue/producer';
import { beginSpan, isTracing, traceparentOf } from '@longshore/tracing';

/** Notes in each delivery the span that it is enqueued by. Without an exporter nothing is done. */
export function producerSpans(planned: readonly PlannedDelivery[]): { end(): void } {
  if (!isTracing()) return { end() {} };
  const spans = planned.map((delivery) => {
    const span = beginSpan(`publish ${delivery.endpoint}`, () => ({
      kind: 'producer',
      attributes: {
        'messaging.system': 'longshore',
        'messaging.operation.type': 'send',
        'messaging.operation.name': 'publish',
        'messaging.destination.name': delivery.endpoint,
        'messaging.message.id': delivery.id,
        'longshore.event.id': delivery.eventId,
        'longshore.event.action': delivery.view.action,
      },
    }));
    if (span) delivery.trace = traceparentOf(span);
    return span;
  });
  return {
    end() {
      for (const span of spans) span?.end();
    },
  };
}
