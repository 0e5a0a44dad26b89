/** The reader of the archive, and its filters. What it answers with is in `items`. */
export { createArchiveReader, READ_TIMEOUT_MS } from '../read/reader.js';
export type {
  ArchiveReader,
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
