/**
 * The span of one attempt. The first one, within a minute of the enqueue, belongs to the trace of the enqueue. Each
 * other one is a trace of its own with a link to it: most tools cannot show a trace that takes hours.
 */
import type { Delivery } from '@longshore/event';
import type { TakenMember } from '@longshore/queue/batch';
import type { AttemptVerdict, TakenAttempt } from '@longshore/queue/consumer';
import { failed, inSpan, type Span } from '@longshore/tracing';

/** After so long an attempt is a trace of its own. */
const SAME_TRACE_MS = 60_000;

/** Of one delivery by itself. */
export function inAttemptSpan<T>(
  delivery: Delivery,
  taken: Pick<TakenAttempt, 'number' | 'trace'>,
  work: (span?: Span) => Promise<T>,
): Promise<T> {
  const isSoon = taken.number === 1 && Date.now() - delivery.receivedAt < SAME_TRACE_MS;
  const start = () => ({
    kind: 'consumer' as const,
    attributes: { ...destination(delivery.endpoint), ...about(delivery), 'longshore.attempt': taken.number },
    ...(isSoon ? { parent: taken.trace ?? null } : { parent: null, links: [taken.trace] }),
  });
  return inSpan(`process ${delivery.endpoint}`, start, work);
}

/** Of several deliveries in one request. It has a link to each of them, up to the exporter's limit of links. */
export function inBatchSpan<T>(
  members: readonly TakenMember[],
  work: (span?: Span) => Promise<T>,
): Promise<T> {
  const endpoint = members[0]?.delivery.endpoint ?? '';
  const start = () => ({
    kind: 'consumer' as const,
    attributes: { ...destination(endpoint), 'messaging.batch.message_count': members.length },
    parent: null,
    links: members.map(({ taken }) => taken.trace),
  });
  return inSpan(`process ${endpoint}`, start, work);
}

/** How an attempt ended. */
export function noteVerdict(span: Span | undefined, { settle, outcome }: AttemptVerdict): void {
  if (!span) return;
  span.setAttribute('longshore.outcome', settle === 'returned' ? 'retry' : settle);
  if (outcome.kind === 'delivered') return;
  span.setAttribute('error.type', outcome.reason);
  failed(span, outcome.reason);
}

const destination = (endpoint: string) => ({
  'messaging.system': 'longshore',
  'messaging.operation.type': 'process',
  'messaging.operation.name': 'process',
  'messaging.destination.name': endpoint,
});

const about = ({ id, eventId, view: { action, repository, tag, digest } }: Delivery) => ({
  'messaging.message.id': id,
  'longshore.event.id': eventId,
  'longshore.event.action': action,
  ...(repository !== undefined && { 'container.image.name': repository }),
  ...(tag !== undefined && { 'container.image.tags': [tag] }),
  ...(digest !== undefined && { 'oci.manifest.digest': digest }),
});
