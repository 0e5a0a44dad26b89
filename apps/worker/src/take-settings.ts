/** An endpoint's settings as the queue's take loop is given them. */
import type { AlertEndpoint, Endpoint } from '@longshore/config';
import type { TakeSettings } from '@longshore/queue/consumer';

/** What decides when a delivery of the endpoint may be taken. */
export function takeSettings({
  concurrency,
  maxbackoff,
}: Pick<Endpoint | AlertEndpoint, 'concurrency' | 'maxbackoff'>): TakeSettings {
  return { concurrency, order: 'none', maxBackoffMs: maxbackoff };
}
