/** The archive: every event kept in PostgreSQL. This opens it; `write`, `read` … use it. */
export { isArchiveUnavailable } from './db/errors.js';
export { type Archive, type ArchiveConnection, type ArchiveOptions, openArchive } from './db/open.js';
export { createAhead, ensurePartitions, listPartitions, type Partition } from './db/partitions.js';
export type { PartitionWidth } from './db/ranges.js';
export { ACTION_CODES, LABEL_KINDS, METHODS, SUBJECTS, TARGET_KINDS, type Tables } from './db/tables.js';
