/** What the sender of kind `acr` does when Longshore cannot take an event. Its README says the same. */
import type { Sender } from '../sender.js';

export const sender: Sender = {
  onFailure: 'never-retries',
  words: 'Azure documents neither a time limit nor retries for its webhooks: count on neither.',
  advice:
    'Nothing to set. Where the spool’s disk is not enough, subscribe through Event Grid (kind `eventgrid`), which tries for a day.',
};
