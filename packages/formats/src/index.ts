/** Formats: events into the body of a request. Pure: no clock, no logging, no I/O. */
export { type AlertMessage, alertIn } from './alert.js';
export { type Answers, BODY_BYTES } from './answers.js';
export type { Format, RenderOptions } from './format.js';
export { describeFormats, formatNamed, formatNames, formatOptions } from './registry.js';
