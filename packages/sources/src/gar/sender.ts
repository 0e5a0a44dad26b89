/** What the sender of kind `gar` does when Longshore cannot take an event. Its README says the same. */
import type { Sender } from '../sender.js';

export const sender: Sender = {
  onFailure: 'retries',
  words:
    'Pub/Sub sends a message again after anything but 102, 200, 201, 202 and 204 within the deadline, until the subscription’s retention ends (7 days).',
  advice:
    'Set `--ack-deadline 30 --min-retry-delay 10s --max-retry-delay 600s` at the subscription. A dead-letter topic is not needed.',
};
