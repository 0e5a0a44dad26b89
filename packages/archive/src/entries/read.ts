/** The reader of the archive, and its filters. What it answers with is in `items`. */
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
