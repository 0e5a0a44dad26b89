/** What the sender of kind `nexus` does when Longshore cannot take an event. Its README says the same. */
import type { Sender } from '../sender.js';

export const sender: Sender = {
  onFailure: 'never-retries',
  words:
    'Nexus waits 20 s for an answer (`nexus.httpclient.requestTimeout`), logs a failure and forgets the event: it never sends again.',
  advice:
    'Nothing to set. Keep Longshore close to it, and run two behind a balancer if it must be reachable during an upgrade.',
};
