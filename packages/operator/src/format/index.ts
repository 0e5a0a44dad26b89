/**
 * How an operator reads what is in a relay, for pages, API and command line: `@longshore/operator/format`. Formatters
 * that log lines and alerts need too (names of events, durations, sizes, plurals) are in `@longshore/event`.
 */
export { formatAge } from './age.js';
export {
  describeGap,
  describeReason,
  describeRule,
  describeSender,
  describeStates,
  describeStep,
} from './history.js';
export { memoryWarning } from './memory.js';
export { type Column, table } from './table.js';
export { block, properties, TIME_WIDTH, truncate, wrap } from './text.js';
