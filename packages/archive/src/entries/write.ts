/** Writes deliveries into the archive. */
export type { Addresses } from '../write/address.js';
export {
  type ArchiveWriter,
  type ArchiveWriterOptions,
  createArchiveWriter,
  type WriteResult,
} from '../write/writer.js';
