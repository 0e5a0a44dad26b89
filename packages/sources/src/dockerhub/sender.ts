/** What the sender of kind `dockerhub` does when Longshore cannot take an event. Its README says the same. */
import type { Sender } from '../sender.js';

export const sender: Sender = {
  onFailure: 'never-retries',
  words: 'Docker documents no retry: an event that is not taken is gone.',
  advice: 'Nothing to set. `longshore send` can stand in for a push that was missed.',
};
