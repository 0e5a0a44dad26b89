/** What the sender of kind `gitea` does when Longshore cannot take an event. Its README says the same. */
import type { Sender } from '../sender.js';

export const sender: Sender = {
  onFailure: 'never-retries',
  words:
    'Gitea and Forgejo wait for `[webhook] DELIVER_TIMEOUT` (5 seconds), give up, and do not send again by themselves.',
  advice:
    'Nothing to set. Each delivery can be replayed by hand in the webhook’s page; a replay has a new id and is delivered again.',
};
