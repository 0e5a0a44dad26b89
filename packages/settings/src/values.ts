/** The kinds of value that are no secret: `@longshore/settings/values`. */
export { DAY_MS, duration, registryDuration, SECOND_MS } from './values/durations.js';
export { rate } from './values/rate.js';
export { bytes, choice, count, flag, flagOrAuto, matching, text } from './values/scalars.js';
