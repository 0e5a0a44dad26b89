/** A configuration compared with another on the same events: `@longshore/operator/compare`. */
export { compareFates, type EndpointChange, type Fates, fatesIn, fatesOf } from './compare.js';
export { changeLines } from './compare-text.js';
