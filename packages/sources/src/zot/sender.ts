/** What the sender of kind `zot` does when Longshore cannot take an event. Its README says the same. */
import type { Sender } from '../sender.js';

export const sender: Sender = {
  onFailure: 'never-retries',
  words: 'zot does not try again, and sends each event by a routine of its own, so the order is not kept.',
  advice: 'Set `timeout`: without it zot before 2.1.19 delivers nothing.',
};
