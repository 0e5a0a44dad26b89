/** What is shown of a filter that fails: a count, and a line in the log from time to time. */
import type { Observer } from '@longshore/observe';
import type { OnFault } from '@longshore/routing';

/** A filter that fails on one event mostly fails on the next one too. */
const LOG_INTERVAL_MS = 60_000;

/** See the header. */
export const filterFault =
  (observer: Pick<Observer, 'filterFailed' | 'throttledLog'>): OnFault =>
  (endpoint, error) => {
    observer.filterFailed(endpoint);
    observer
      .throttledLog(`where of ${endpoint}`, LOG_INTERVAL_MS)
      .warn({ endpoint, detail: error.message.split('\n', 1)[0] }, 'filter failed; the event is delivered');
  };
