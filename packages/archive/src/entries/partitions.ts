/** The partitions of every partitioned table. */
export { createAhead, ensurePartitions, listPartitions, type Partition } from '../db/partitions.js';
export type { PartitionWidth, Range } from '../db/ranges.js';
