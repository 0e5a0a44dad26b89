/** Data that Redis has lost: `@longshore/queue/lost`. */
export { type OldestParts, startOldestNotes } from '../lost/oldest.js';
export { type LossWatch, type LossWatchParts, watchForLoss } from '../lost/watch.js';
export type { Loss } from '../lost/witness.js';
