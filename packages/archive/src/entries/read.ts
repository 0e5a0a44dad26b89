/** The reader of the archive, and its filters. What it answers with is in `items`. */
export type { ArchiveReader } from '../read/archive-reader.js';
export { createArchiveReader, READ_TIMEOUT_MS } from '../read/reader.js';
export type {
  EventFilter,
  PageRequest,
  RepositoryFilter,
  StatsFilter,
  TopFilter,
  TopMeasure,
  TopSubject,
  UnusedFilter,
  Window,
} from '../read/types.js';
