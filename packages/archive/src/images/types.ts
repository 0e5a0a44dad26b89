/**
 * What image events are made from, and what they are. All times are ISO 8601 text in UTC with microseconds, so that
 * they compare as text; durations are milliseconds, sizes bytes, digests `algorithm:hex`.
 */

/** A push, mount, pull or delete of one repository, as the archive keeps it. */
export interface RawEvent {
  /** Of the row. */
  id: string;
  at: string;
  source: string;
  /** Kind of the source. */
  sender: string;
  action: 'push' | 'pull' | 'mount' | 'delete';
  /** What it is about; `unknown` where the sender gives no media type. */
  target: 'unknown' | 'blob' | 'manifest' | 'index' | 'tag';
  digest?: string;
  tag?: string;
  mediaType?: string;
  size?: number;
  method?: string;
  requestId?: string;
  actor?: string;
  userAgent?: string;
  /** Without its port. */
  addr?: string;
  /** Of the registry, as the request named it. */
  host?: string;
}

/** One entry of a manifest: its config first, then its layers; of an index: its manifests. */
export interface Reference {
  digest: string;
  mediaType?: string;
  size?: number;
  /** `linux/arm64/v8` */
  platform?: string;
  artifactType?: string;
  /** Annotation `vnd.docker.reference.type`. */
  reference?: string;
}

/** What is known of a manifest; what is not known is absent. */
export interface ManifestFacts {
  mediaType?: string;
  size?: number;
  artifactType?: string;
  /** Digest of the manifest that it refers to. */
  subject?: string;
  platform?: string;
  references?: readonly Reference[];
  /** The registry was asked for it: there is no more to know. */
  read?: boolean;
}

/** What a tag was before a push or delete of it. */
export interface TagBefore {
  tag: string;
  /** Absent: the archive had not seen the tag, or not its digest. Null: it was deleted. */
  from?: string | null;
  /** It was there, and the registry did not say with which digest. */
  there?: true;
  /** Something later about the tag was reported already. */
  late: boolean;
}

/** What an image is; the last one is every other kind of artifact. */
export const ARTIFACTS = ['image', 'helm', 'signature', 'attestation', 'other'] as const;
/** One of {@link ARTIFACTS}. */
export type Artifact = (typeof ARTIFACTS)[number];

/** A platform of an image. */
export interface ImagePlatform {
  /** Absent where neither the registry's events nor its answers say it. */
  platform?: string;
  digest: string;
  /** Config, layers and manifest; absent when a manifest could not be read. */
  size?: number;
}

/** What every image event has. Absent: not known. */
interface Common {
  id: string;
  at: string;
  source: string;
  /** All of them, when several sources of one registry reported it. */
  sources?: string[];
  repository: string;
  actor?: string;
  userAgent?: string;
  addr?: string;
  host?: string;
}

/** One event for a push, however many requests it took. */
export interface ImagePushed extends Common {
  action: 'image.pushed';
  /** Empty for an image that was pushed by digest and got no tag. */
  tags: string[];
  digest?: string;
  mediaType?: string;
  artifact: Artifact;
  /** Without attestations; empty where it is not known what the manifest lists, and for other artifacts. */
  platforms: ImagePlatform[];
  /** How many manifests of the index are attestations. */
  attestations: number;
  /** Distinct configs and layers of all platforms. */
  size?: number;
  /** Of blobs, by what the pusher did: uploaded, mounted from another repository, found to be there. */
  pushedBytes: number;
  mountedBytes: number;
  reusedBytes: number;
  previousDigest?: string;
  /** The tags had this digest already. */
  unchanged: boolean;
  /** Those whose digest differs from that in the previous index. */
  changedPlatforms: string[];
  /** Reported after something later about a tag of it. */
  late?: true;
  startedAt: string;
  /** Requests that belong to it, as far as the registry reports them. */
  events: number;
}

/** A tag got its first digest, another one, or none. */
export interface TagChanged extends Common {
  action: 'tag.created' | 'tag.moved' | 'tag.deleted';
  tag: string;
  /** What it points to now; of a deleted tag, what it pointed to last. */
  digest?: string;
  /** Of `tag.moved`. */
  from?: string;
  to?: string;
  /** Of `tag.created`: the archive had not seen the tag, which may have existed before the archive. */
  firstSeen?: boolean;
}

/** A manifest was deleted, and with it the tags that pointed to it. */
export interface ImageDeleted extends Common {
  action: 'image.deleted';
  digest: string;
  tags: string[];
  late?: true;
}

/** A signature, an SBOM or another artifact that refers to an image. */
export interface ArtifactAttached extends Common {
  action: 'artifact.attached';
  /** Digest of the image. */
  subject: string;
  /** Of the artifact. */
  digest?: string;
  artifact: Artifact;
  /** Its artifact type, else the media type of its config; `sig`, `att`, `sbom` where only the tag says it. */
  type?: string;
}

/** One of class `image`. */
export type ImageEvent = ImagePushed | ImageDeleted | TagChanged | ArtifactAttached;

/** An image event, and the rows that it was made from. */
export interface Made {
  event: ImageEvent;
  members: string[];
}

/** How long to wait for what. Milliseconds. */
export interface ImageSettings {
  /** From a push until it is reported: its other tags and late children are collected. */
  settle: number;
  /** From a push by digest until it counts as an image without a tag. */
  orphan: number;
  /** Whether such an image is reported. */
  untagged: boolean;
}

/** All that is known of one repository when it is decided what happened there. */
export interface Scene {
  repository: string;
  /** Pushes of manifests and deletes that nothing has been decided about. Any order, with or without duplicates. */
  open: readonly RawEvent[];
  /** Milliseconds since the archive has an event of `open`. */
  age(event: RawEvent): number;
  /** Other events of the repository, in the hour before. */
  nearby: readonly RawEvent[];
  /** Tags before each event of `open` that changes them, by its id. */
  before: ReadonlyMap<string, readonly TagBefore[]>;
  manifests: ReadonlyMap<string, ManifestFacts>;
  /** Tagged pushes that were reported not long ago. */
  reported: readonly Reported[];
  settings: ImageSettings;
}

/** A push that was reported. */
export interface Reported {
  id: string;
  at: string;
  digest: string;
  tags: readonly string[];
  sources: readonly string[];
}

/** What follows from a {@link Scene}. */
export interface Decision {
  /** In the order of what happened. */
  made: Made[];
  /** Ids of open events that are decided. */
  done: string[];
  /** Ids of pushes by digest that wait for their index. */
  waiting: string[];
  /** Another source reported the same push. */
  confirmed: { id: string; source: string }[];
}
