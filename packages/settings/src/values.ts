/** The kinds of value that are no secret: `@longshore/settings/values`. */
export { duration, registryDuration } from './values/durations.js';
export { hostName } from './values/host-name.js';
export { rate } from './values/rate.js';
export { bytes, choice, count, flag, flagOrAuto, listen, matching, text } from './values/scalars.js';
