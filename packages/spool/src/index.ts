/** Requests on this machine's disk while Redis is unavailable: one file each, claimed by rename. */
export type { SpoolState } from './backlog.js';
export type { Drained } from './drain.js';
export type { Claim, FolderLock } from './folders.js';
export type { SpoolLog } from './log.js';
export type { SpooledRequest } from './request.js';
export { createSpool, type Spool, type SpoolParts } from './spool.js';
