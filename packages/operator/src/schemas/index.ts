/**
 * Schemas of an operator's input and output: `@longshore/operator/schemas`. The API checks its parameters with them, the
 * tests its answers, and the OpenAPI document is made of them.
 */
import { deadGroups, deadLetterDetail, deadLetters, deliveries, deliveryDetail } from './deliveries.js';
import { endpoint } from './endpoint.js';
import { explained } from './explain.js';
import { operation } from './operation.js';
import { problem } from './parts.js';
import { preheat } from './preheat.js';
import { quarantine, quarantineDropped, quarantinedDetail, quarantineRetried } from './quarantine.js';
import { traced } from './trace.js';

export { parseInput, suggest } from '../parse-input.js';
export { parseTime } from '../parse-time.js';
export { deadLetterQuery, quarantineQuery } from '../query.js';

/** What the API answers, by name. */
export const answers = {
  deadGroups,
  deadLetterDetail,
  deadLetters,
  deliveries,
  deliveryDetail,
  endpoint,
  explained,
  operation,
  preheat,
  problem,
  quarantine,
  quarantineDropped,
  quarantinedDetail,
  quarantineRetried,
  traced,
};
