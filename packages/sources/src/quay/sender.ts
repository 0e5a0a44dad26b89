/** What the sender of kind `quay` does when Longshore cannot take an event. Its README says the same. */
import type { Sender } from '../sender.js';

export const sender: Sender = {
  onFailure: 'disables-itself',
  words:
    'Quay waits 10 s and tries up to five times, 30 s apart. After three notifications in a row that failed it switches the notification off until somebody presses _Enable_.',
  advice: 'Nothing to set. Look at the notification after an outage of Longshore itself.',
};
