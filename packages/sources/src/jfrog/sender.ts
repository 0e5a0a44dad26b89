/** What the sender of kind `jfrog` does when Longshore cannot take an event. Its README says the same. */
import type { Sender } from '../sender.js';

export const sender: Sender = {
  onFailure: 'gives-up',
  words: 'Artifactory tries again, but its documentation says neither how often nor for how long.',
  advice: 'Nothing to set. The webhook’s Troubleshooting page lists what failed.',
};
