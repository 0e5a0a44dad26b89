/** What the sender of kind `github` does when Longshore cannot take an event. Its README says the same. */
import type { Sender } from '../sender.js';

export const sender: Sender = {
  onFailure: 'never-retries',
  words: 'GitHub waits 10 seconds, gives up, and never sends again by itself.',
  advice:
    'Nothing to set. For three days a failed delivery can be sent again by hand (Settings → Webhooks → Recent Deliveries) or through the API; it keeps its id, so nothing is delivered twice.',
};
