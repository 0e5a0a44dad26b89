/**
 * How an operator reads what is in a relay, for pages, API and command line: `@longshore/operator/format`. Formatters
 * that log lines and alerts need too (names of events, durations, sizes, plurals) are in `@longshore/event`.
 */

export { byUrgency } from '../urgency.js';
export { formatAge } from './age.js';
export {
  describeGap,
  describeMissing,
  describeReason,
  describeRule,
  describeSender,
  describeStates,
  describeStep,
} from './history.js';
export { memoryWarning, untilFull } from './memory.js';
export { backlogTrend } from './trend.js';
