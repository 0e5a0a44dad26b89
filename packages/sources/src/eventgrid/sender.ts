/** What the sender of kind `eventgrid` does when Longshore cannot take an event. Its README says the same. */
import type { Sender } from '../sender.js';

export const sender: Sender = {
  onFailure: 'retries',
  words:
    'Event Grid waits 30 seconds and tries again after 10 s, 30 s, 1 min, 5 min … 12 h, for 24 hours or 30 times. What is answered with 400, 401, 403 or 413 is not tried again.',
  advice: 'Set `--deadletter-endpoint`, for what a wrong token or a day’s outage would lose.',
};
