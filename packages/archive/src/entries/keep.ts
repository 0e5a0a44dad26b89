/** How long events are kept, how large the archive is, and events as files. */
export type { DroppedPartition } from '../keep/drop.js';
export { exportLines } from '../keep/export.js';
export {
  applyRetention,
  type KeepOptions,
  type KeepResult,
  type KeepRules,
  partitionsBefore,
  prune,
} from '../keep/retention.js';
export { type ArchiveSize, archiveSize, type SizedPartition } from '../keep/size.js';
