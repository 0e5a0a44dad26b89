/** Values as text, for messages and for people: `@longshore/settings/format`. */
export { nearest } from './nearest.js';
export { formatBytes } from './values/bytes.js';
export { durationOf, formatDuration } from './values/duration.js';
export type { Listen } from './values/listen.js';
export { isLoopback } from './values/loopback.js';
export { maskedUrl } from './values/masked-url.js';
export { formatRate, type Rate } from './values/rate.js';
export { printable, quote } from './values/scalars.js';
