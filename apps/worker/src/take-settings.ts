/** An endpoint's settings as the queue's take loop is given them. */
import type { AlertEndpoint, Endpoint } from '@longshore/config';
import { formatNamed } from '@longshore/formats';
import type { TakeSettings } from '@longshore/queue/consumer';

/** What decides when a delivery of the endpoint may be taken. */
export function takeSettings(endpoint: Endpoint | AlertEndpoint): TakeSettings {
  const { concurrency, maxbackoff: maxBackoffMs } = endpoint;
  if (endpoint.kind === 'alert') return { concurrency, order: 'none', maxBackoffMs };
  const { rate, order, batch } = endpoint;
  return { concurrency, rate, order, batch: batch && batchSettings(endpoint.format, batch), maxBackoffMs };
}

/** A body of a format that holds one event is a request of its own. */
function batchSettings(
  format: string,
  { events, wait: waitMs, bytes }: NonNullable<Endpoint['batch']>,
): TakeSettings['batch'] {
  return formatNamed(format)?.batches ? { events, waitMs, bytes } : undefined;
}
