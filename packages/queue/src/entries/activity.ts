/** Counts over time, of endpoints and of sources: `@longshore/queue/activity`. */
export {
  type ActiveMinute,
  type Activity,
  type ActivityReader,
  createActivityReader,
  type Quarter,
} from '../pulse/activity.js';
export { percentile } from '../pulse/latency.js';
export {
  createSourceTally,
  readSources,
  type SourceActivity,
  type SourceQuarter,
  type SourceTally,
} from '../pulse/source-tally.js';
