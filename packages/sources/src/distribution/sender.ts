/** What the sender of kind `distribution` does when Longshore cannot take an event. Its README says the same. */
import type { Sender } from '../sender.js';

export const sender: Sender = {
  onFailure: 'retries-for-ever',
  words:
    'The registry keeps events in memory, in order, and retries the first one forever: `threshold` times at once, then once per `backoff`. Nothing is lost unless the registry restarts, which empties its queue.',
  advice:
    'Set `timeout: 5s`, `threshold: 5` and `backoff: 1s`, each with its unit, and do not restart the registry while it has events pending.',
};
