/** What the sender of kind `cloudevents` does when Longshore cannot take an event. Its README says the same. */
import type { Sender } from '../sender.js';

export const sender: Sender = {
  onFailure: 'gives-up',
  words:
    'The specification asks senders to try again on 429 and 503; whether this one does, and for how long, only its own manual says.',
  advice:
    'Let it try again for as long as it can. If it keeps its events until they are taken, set `spool: never` at the source.',
};
