/** What happened, as log line and metric. */

export { isPretty, type LogLevel } from './log.js';
export { createObserver, type Observer, type ObserverOptions } from './observer.js';
export type { RecordFields, Settlement } from './records.js';
export type { EndpointSettings } from './registry-vars.js';
export type { Logger } from './throttle.js';
