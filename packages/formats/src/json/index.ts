/** An alert with every field, as one JSON object. */
import { alertIn } from '../alert.js';
import type { Format } from '../format.js';

/** The format `json`. */
export const json: Format = {
  name: 'json',
  summary: 'every field',
  offeredTo: ['alerts'],
  needs: {},
  contentType: () => 'application/json',
  render([delivery]) {
    const message = delivery && alertIn(delivery);
    return message && Buffer.from(JSON.stringify(message));
  },
};
