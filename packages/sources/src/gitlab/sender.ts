/** What the sender of kind `gitlab` does when Longshore cannot take an event. Its README says the same. */
import type { Sender } from '../sender.js';

export const sender: Sender = {
  onFailure: 'retries',
  words:
    'GitLab’s registry tries an event again after `backoff`, half as long again each time, at most `maxretries` times (10), and then drops it. Its queue holds 3000 events (`queuesizelimit`) and drops what comes after them.',
  advice:
    'Raise `maxretries` until the delays add up to your longest outage, or set `spool: always` at the source.',
};
