/** The archive: every event kept in PostgreSQL. This opens it; `write`, `read` … use it. */
export { isArchiveUnavailable, isSchemaMissing } from './db/errors.js';
export { type Archive, type ArchiveConnection, type ArchiveOptions, openArchive } from './db/open.js';
