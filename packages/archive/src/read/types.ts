/**
 * The archive as it is read. A time is ISO 8601 text in UTC with microseconds, a day is `2026-11-30` (UTC), a digest
 * `algorithm:hex`. Every method rejects with LongshoreError: REQUEST_INVALID for a filter or cursor that cannot be
 * read, ARCHIVE_UNAVAILABLE when PostgreSQL is unavailable, ARCHIVE_SLOW when a search needs a narrower filter.
 */

/** One page of a list, never with a total. `next` is given back as `after`; absent on the last page. */
export interface Page<Item> {
  items: Item[];
  next?: string;
}

/** Which page, and its length. */
export interface PageRequest {
  /** From 1 on. */
  limit: number;
  /** `next` of the previous page of the same list and filter. */
  after?: string;
  /** Ends the query. */
  signal?: AbortSignal;
}

/** From this moment on, and before that one. ISO 8601, or epoch milliseconds. */
export interface Window {
  since?: string | number;
  /** Exclusive. */
  until?: string | number;
}

/** Which events. An event has to match every field that is given. */
export interface EventFilter extends Window {
  /** A part of a repository's name, a tag, a digest of 8 hex digits or more, or an actor. */
  text?: string;
  /** A name, or a glob as in `ignore.repositories`. */
  repository?: string;
  tag?: string;
  /** `sha256:…` or hex digits alone: the whole, or the first 8 or more. */
  digest?: string;
  actor?: string;
  /** An address, or a network: `10.1.0.0/16`. */
  addr?: string;
  /** A part of the user agent. */
  client?: string;
  /** `push`, `pull`, `mount`, `delete`, `other`, or a sender's own name of an event. */
  action?: string;
  /** Name of a source. */
  source?: string;
  /** What it is about; `image`: a manifest or an index. */
  target?: TargetKind | 'image';
  /** The event's own id. */
  id?: string;
}

/** What an event is about. */
export type TargetKind = 'blob' | 'manifest' | 'index' | 'tag' | 'repository' | 'unknown';

/** One event. What its sender did not say is absent. */
export interface ArchivedEvent {
  /** The sender's id. */
  id: string;
  /** The event's own time, or when it was received where that is unusable. */
  at: string;
  receivedAt: string;
  /** Name of the source, and its kind. */
  source: string;
  kind: string;
  /** `push`, `pull`, `mount`, `delete`, or the sender's own name. */
  action: string;
  target: TargetKind;
  repository?: string;
  tag?: string;
  digest?: string;
  mediaType?: string;
  /** Bytes. */
  size?: number;
  /** Where a mounted blob came from. */
  fromRepository?: string;
  actor?: string;
  addr?: string;
  /** The user agent. */
  client?: string;
  /** HTTP method: a HEAD is a check, no pull. */
  method?: string;
  /** Host name of the registry, as the client wrote it. */
  host?: string;
  requestId?: string;
  /** The event as it is delivered; only when asked for, and kept (`archive.body`). */
  body?: unknown;
}

/** How events are read. */
export interface EventPageRequest extends PageRequest {
  /** With the events' bodies. Default: without. */
  body?: boolean;
  /** Default: `newest`. */
  first?: 'newest' | 'oldest';
}

/** Which repository. Without a source: of those with that name, the one with the newest event. */
export interface RepositoryKey {
  repository: string;
  source?: string;
}

/** Which repositories; `text` is a part of the name. */
export interface RepositoryFilter extends Window {
  text?: string;
  /** A name, or a glob. */
  repository?: string;
  source?: string;
}

/** A repository with its last activity. `since` and `until` of a filter are about `lastAt`. */
export interface ArchivedRepository {
  repository: string;
  source: string;
  firstAt: string;
  lastAt: string;
  lastPushAt?: string;
  lastPullAt?: string;
}

/** One repository in full. */
export interface RepositoryDetail extends ArchivedRepository {
  /** Other sources that have a repository of this name. */
  otherSources: string[];
  /** Tags that exist. At most 10,000 are counted. */
  tags: number;
}

/** A tag, and what it points to now. */
export interface ArchivedTag {
  repository: string;
  source: string;
  tag: string;
  /** Absent: it was deleted, or its registry sends none. */
  digest?: string;
  deleted: boolean;
  /** Since when it points there; absent where it was only pulled, as are the push and its actor. */
  since?: string;
  /** The last push, which may have changed nothing, and who made it. */
  pushedAt?: string;
  pushedBy?: string;
  /** Of a deleted one. */
  deletedAt?: string;
  deletedBy?: string;
  mediaType?: string;
  /** Bytes of the manifest. */
  size?: number;
  lastPullAt?: string;
}

/** A push or delete of a tag. */
export interface TagMove {
  at: string;
  repository: string;
  source: string;
  tag: string;
  /** Absent: it did not exist, or is unknown. */
  from?: string;
  /** Absent: it was deleted, or is unknown. */
  to?: string;
  deleted: boolean;
  /** False for a push of the digest that it had. */
  moved: boolean;
  by?: string;
  size?: number;
}

/** What is known of a digest, in every repository. */
export interface ArchivedImage {
  digest: string;
  mediaType?: string;
  /** Bytes of the manifest. */
  size?: number;
  platform?: string;
  /** What its manifest refers to. */
  references: ImageReference[];
  /** Manifests that refer to it: its indexes. At most 100. */
  parents: { repository: string; source: string; digest: string }[];
  /** Tags that point to it now. At most 500. */
  tags: ArchivedTag[];
  /** Where it was seen; the newest activity first. At most 100. */
  repositories: { repository: string; source: string; lastPullAt?: string }[];
  firstAt?: string;
  lastAt?: string;
  pushedAt?: string;
  pushedBy?: string;
}

/** A part of an image. */
export interface ImageReference {
  digest: string;
  mediaType?: string;
  size?: number;
  platform?: string;
}

/** Who pulled a digest: clients, each with its last pull. */
export interface ImagePuller {
  actor?: string;
  addr?: string;
  client?: string;
  repository: string;
  source: string;
  lastAt: string;
  /** Pulls and checks (HEAD) among the newest 10,000 events of the digest. */
  pulls: number;
  checks: number;
  /** Pulls of the images that the digest lists as an index: a client pulls the index, then that of its platform. */
  platformPulls: number;
}

/** Whose statistics. With none of the names: everything. One of `repository` (with `tag`), `actor`, `client`. */
export interface StatsFilter extends Window {
  /** A name. */
  repository?: string;
  tag?: string;
  actor?: string;
  /** A whole user agent. */
  client?: string;
  source?: string;
}

/** Numbers of one day; days without any are there with zeros. */
export interface DayCounts {
  day: string;
  /** GETs of manifests and indexes. */
  pulls: number;
  /** HEADs of them. */
  checks: number;
  pushes: number;
  deletes: number;
  /** Pulled. */
  bytes: number;
}

/** What a top list is of. */
export type TopSubject = 'repositories' | 'tags' | 'actors' | 'clients';

/** By what a top list is ordered. */
export type TopMeasure = 'pulls' | 'checks' | 'pushes' | 'deletes' | 'bytes';

/** One line of a top list. */
export interface TopEntry extends Omit<DayCounts, 'day'> {
  /** The repository, `repository:tag`, actor or user agent. */
  name: string;
  /** Of repositories and tags. */
  repository?: string;
  source?: string;
  tag?: string;
}

/** Which top list. */
export interface TopFilter extends Window {
  of: TopSubject;
  /** Default: `pulls`. */
  by?: TopMeasure;
  /** 1 to 500. */
  limit: number;
  /** Of this repository alone: its tags, who pushed to it (`by: pushes`, the default then), its clients. */
  repository?: string;
  source?: string;
  signal?: AbortSignal;
}

/** What was not pulled lately. */
export interface UnusedFilter {
  /** Not pulled for so many days; what was never pulled, or moved since, counts from its push. */
  days: number;
  /** A part of a repository's name. */
  text?: string;
  /** A name, or a glob. */
  repository?: string;
  source?: string;
}

/** A tag that was not pulled for long. */
export interface UnusedTag extends ArchivedTag {
  /** The last pull, by tag or of its digest, or the push of what it points to now: whichever is later. */
  unusedSince: string;
  neverPulled: boolean;
}

/** A span in which events are missing, or proven to be there. */
export interface CoverageSpan {
  source: string;
  since: string;
  until: string;
  verdict: 'complete' | 'gap' | 'unknown';
  note?: string;
}

/** What the archive holds. */
export interface Coverage {
  /** Of the oldest and newest event; absent while there is none. */
  since?: string;
  until?: string;
  /** For each source, the first and last day with an event. */
  sources: { source: string; kind: string; firstDay?: string; lastDay?: string }[];
  /** Newest first, at most 500. */
  spans: CoverageSpan[];
}
