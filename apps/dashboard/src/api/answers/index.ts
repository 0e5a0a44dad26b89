/** What the API answers, as schemas: the types of its handlers, the tests and the OpenAPI document are made of them. */
export { deadDetail, deadLetters, deliveries, deliveryDetail } from './deliveries.js';
export { endpoint } from './endpoint.js';
export { operation } from './operation.js';
export { problem } from './parts.js';
export { preheat } from './preheat.js';
export { quarantine, quarantineDropped, quarantinedDetail, quarantineRetried } from './quarantine.js';
export { traced } from './trace.js';
