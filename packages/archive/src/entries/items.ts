/** What the reader answers with. */
export type {
  ArchivedEvent,
  ArchivedImage,
  ArchivedRepository,
  ArchivedTag,
  Coverage,
  DayCounts,
  ImagePuller,
  Page,
  RepositoryDetail,
  TagMove,
  TopEntry,
  UnusedTag,
} from '../read/types.js';
