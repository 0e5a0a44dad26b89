/** What can be read of the archive, as one port: see the header of `types.ts`. */
import type {
  ArchivedImageEvent,
  ArchivedSession,
  ImageEventDetail,
  ImageEventFilter,
  SessionDay,
  SessionDayFilter,
  SessionDetail,
  SessionFilter,
} from './made/types.js';
import type {
  ArchivedEvent,
  ArchivedImage,
  ArchivedRepository,
  ArchivedTag,
  Coverage,
  DayCounts,
  EventFilter,
  EventPageRequest,
  ImagePuller,
  Page,
  PageRequest,
  RepositoryDetail,
  RepositoryFilter,
  RepositoryKey,
  StatsFilter,
  TagMove,
  TopEntry,
  TopFilter,
  UnusedFilter,
  UnusedTag,
} from './types.js';

/** Reads the archive. */
export interface ArchiveReader {
  events(filter: EventFilter, page: EventPageRequest): Promise<Page<ArchivedEvent>>;
  /** The newest activity first. */
  repositories(filter: RepositoryFilter, page: PageRequest): Promise<Page<ArchivedRepository>>;
  /** Undefined: unknown. */
  repository(key: RepositoryKey): Promise<RepositoryDetail | undefined>;
  /** By name; `deleted: true` includes those that were deleted. */
  tags(key: RepositoryKey & { deleted?: boolean }, page: PageRequest): Promise<Page<ArchivedTag>>;
  tag(key: RepositoryKey & { tag: string }): Promise<ArchivedTag | undefined>;
  /** Newest first. */
  tagMoves(key: RepositoryKey & { tag: string }, page: PageRequest): Promise<Page<TagMove>>;
  /** @param digest the whole, or its first 8 hex digits or more */
  image(digest: string): Promise<ArchivedImage | undefined>;
  /** The newest first, at most 500. */
  imagePullers(digest: string): Promise<ImagePuller[]>;
  /** Oldest first; at most 1,000 days. Default: the last 30. */
  pullsPerDay(filter: StatsFilter): Promise<DayCounts[]>;
  /** The largest first. Default: the last 30 days. */
  top(filter: TopFilter): Promise<TopEntry[]>;
  /** Unused the longest first. */
  unused(filter: UnusedFilter, page: PageRequest): Promise<Page<UnusedTag>>;
  /** Newest first. */
  imageEvents(filter: ImageEventFilter, page: PageRequest): Promise<Page<ArchivedImageEvent>>;
  /** Undefined: unknown. */
  imageEvent(id: string): Promise<ImageEventDetail | undefined>;
  /** Pulls, the newest first. */
  sessions(filter: SessionFilter, page: PageRequest): Promise<Page<ArchivedSession>>;
  /** Undefined: unknown. */
  session(id: string): Promise<SessionDetail | undefined>;
  /** Oldest first; at most 1,000 days. Default: the last 30. */
  sessionsPerDay(filter: SessionDayFilter): Promise<SessionDay[]>;
  coverage(): Promise<Coverage>;
}
