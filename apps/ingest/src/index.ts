/** Takes a registry's webhook; answers once it is durable. */
export { createIngest, type Ingest, type IngestParts } from './ingest.js';
export type { Claim, FolderLock } from './spool/index.js';
