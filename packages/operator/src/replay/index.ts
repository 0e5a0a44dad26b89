/** Archived events to be delivered again: `@longshore/operator/replay`. The method is `AdminService.replay`. */
export type { BulkReplay } from '../bulk/job.js';
export type {
  OperatorArchive,
  ReplayedPart,
  ReplayOptions,
  ReplayProgress,
  ReplayResult,
  Republish,
} from './port.js';
export { type ReplayQuery, replayQuery } from './query.js';
