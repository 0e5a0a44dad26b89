/** Archived events to be delivered again: `@longshore/archive/replay`. */
export {
  createReplayRuns,
  NO_COUNTS,
  type ReplayCounts,
  type ReplayRun,
  type ReplayRuns,
  type ReplaySettings,
} from '../replay/runs.js';
export {
  createReplaySource,
  type ReplayedEvent,
  type ReplayPlace,
  type ReplaySource,
  type ReplayWindow,
} from '../replay/source.js';
