/** Bulk actions in the background: `@longshore/operator/bulk`. */
export { type BulkJobs, createBulkJobs } from './bulk-jobs.js';
export type { BulkJob } from './job.js';
