/** What the sender of kind `ecr` does when Longshore cannot take an event. Its README says the same. */
import type { Sender } from '../sender.js';

export const sender: Sender = {
  onFailure: 'retries',
  words:
    'EventBridge waits 5 seconds and tries again, for up to 24 hours and 185 times, what was answered with 409, 429 or 5xx or not at all; what was answered with another 4xx goes to the target’s dead-letter queue, or is lost without one.',
  advice: 'Leave the target’s retry policy at 24 hours and 185 attempts, and give it a dead-letter queue.',
};
