/**
 * The tables of schema `longshore`, for Kysely. A time is ISO 8601 text in UTC with its microseconds
 * (`2026-11-30T11:50:00.123456Z`), a `date` is `2026-11-30`, a `bigint` is a number, `bytea` a Buffer.
 * A digest is one byte for its algorithm and its raw bytes: `digestText` reads it.
 */
import type { Generated } from 'kysely';

/** Actions of `event.action`. Every event that is not of the four is `other`, with its `native_type_id`. */
export const ACTION_CODES = { pull: 0, push: 1, mount: 2, delete: 3, other: 9 } as const;

/** What an event is about: `event.kind`. */
export const TARGET_KINDS = { unknown: 0, blob: 1, manifest: 2, index: 3, tag: 4, repository: 5 } as const;

/** What a row of `label` is: `label.kind`. */
export const LABEL_KINDS = {
  actor: 1,
  agent: 2,
  mediaType: 3,
  host: 4,
  instance: 5,
  nativeType: 6,
} as const;

/**
 * What a row of `activity_day` counts. Its `subject_id` is a source, a repository, an actor, a user agent; for `tag`
 * it is the repository, and `tag` names the tag.
 */
export const SUBJECTS = { source: 0, repository: 1, actor: 2, agent: 3, tag: 4 } as const;

/** Added to a subject: the row counts its month, and `day` is the first of it. A list of 90 days reads three months. */
export const MONTHLY = 10;

/** HTTP methods of `event.method`. */
export const METHODS = { GET: 0, HEAD: 1, PUT: 2, POST: 3, DELETE: 4, PATCH: 5 } as const;

/** Where webhooks came through, by its name in the configuration. */
export interface SourceTable {
  id: Generated<number>;
  name: string;
  kind: string;
}

/** A repository of a source, with the first and last time that anything happened in it. */
export interface RepositoryTable {
  id: Generated<number>;
  source_id: number;
  name: string;
  first_at: string;
  last_at: string;
  last_push_at: string | null;
  last_pull_at: string | null;
}

/** A text that many rows have: see {@link LABEL_KINDS}. */
export interface LabelTable {
  id: Generated<number>;
  kind: number;
  name: string;
}

/** An event. Partitioned by `at`, the event's own time, or when it came where that is unusable. */
export interface EventTable {
  at: string;
  received_at: string;
  /** Bytes of the manifest or blob. */
  size: number | null;
  /** First 128 bits of sha256 over JSON `[source, event id]`. */
  id: string;
  /** The sender's id, where it is a UUID in lower case; else it is in `event_id`. */
  event_uuid: string | null;
  request_id: string | null;
  repository_id: number | null;
  actor_id: number | null;
  agent_id: number | null;
  media_type_id: number | null;
  host_id: number | null;
  instance_id: number | null;
  from_repository_id: number | null;
  /** Set where it is not the action's name. */
  native_type_id: number | null;
  /** Length of the text in `body`. */
  body_bytes: number | null;
  source_id: number;
  /** One of {@link ACTION_CODES}. */
  action: number;
  /** One of {@link TARGET_KINDS}. */
  kind: number;
  /** One of {@link METHODS}. */
  method: number | null;
  tag: string | null;
  digest: Buffer | null;
  addr: string | null;
  event_id: string | null;
  /** `compact` of what is delivered, and of what no column says: see `stored.ts`. Null with `archive.body: false`. */
  body: Buffer | null;
}

/** Pulls of a day. `checks` are HEADs; `bytes` those of blobs, under the tag ''. No tag: '', no agent: 0. */
export interface PullDayTable {
  day: string;
  repository_id: number;
  tag: string;
  agent_id: number;
  pulls: number;
  checks: number;
  bytes: number;
}

/** Pushes of a day, of tags and of manifests without one (''). `bytes`: of blobs. No actor: 0. */
export interface PushDayTable {
  day: string;
  repository_id: number;
  tag: string;
  actor_id: number;
  pushes: number;
  deletes: number;
  bytes: number;
}

/** Activity of a day of one of {@link SUBJECTS}; `bytes` are those pulled. */
export interface ActivityDayTable {
  day: string;
  subject: number;
  subject_id: number;
  tag: string;
  pulls: number;
  checks: number;
  pushes: number;
  deletes: number;
  bytes: number;
}

/**
 * What a tag points to now, for every tag that any event named. `digest` is null where it was deleted, or where its
 * registry sends none. Of a tag that was only pulled, it is that of the last pull.
 */
export interface TagStateTable {
  repository_id: number;
  tag: string;
  digest: Buffer | null;
  deleted: Generated<boolean>;
  /** The last push or delete, and its event; null where it was only pulled. */
  at: string | null;
  id: string | null;
  /** Since when it has this digest; null where it was only pulled. */
  since: string | null;
  actor_id: number | null;
  media_type_id: number | null;
  size: number | null;
  last_pull_at: string | null;
}

/**
 * A push or delete of a tag in its place by time. A digest is null where nothing was there, or where the registry sends
 * none.
 */
export interface TagMoveTable {
  at: string;
  repository_id: number;
  tag: string;
  id: string;
  from_digest: Buffer | null;
  to_digest: Buffer | null;
  /** After this the tag is gone. */
  deleted: Generated<boolean>;
  /** The tag is another than before: false for a push of what was there. */
  moved: Generated<boolean>;
  /** A delete of this digest: it deletes the tag only if the tag pointed there. Empty: of any digest. */
  clears: Buffer | null;
  actor_id: number | null;
  media_type_id: number | null;
  size: number | null;
}

/** What is known of a manifest; `refs` is a list of {@link ManifestRef}. */
export interface ManifestTable {
  repository_id: number;
  digest: Buffer;
  media_type_id: number | null;
  artifact: number | null;
  subject: Buffer | null;
  platform: string | null;
  size: number | null;
  refs: ManifestRef[] | null;
  /** The last GET of it, by tag or by digest. */
  last_pull_at: string | null;
  artifact_type: Generated<string | null>;
  /** The registry was asked for it. */
  read: Generated<boolean>;
}

/** What a manifest refers to. */
export interface ManifestRef {
  digest: string;
  mediaType?: string;
  /** Bytes. */
  size?: number;
  /** `linux/amd64` … */
  platform?: string;
  artifactType?: string;
  /** Annotation `vnd.docker.reference.type`. */
  reference?: string;
}

/** A pull as a whole. Partitioned by `at`. */
export interface PullSessionTable {
  at: string;
  id: string;
  ended_at: string | null;
  state: number;
  repository_id: number;
  tag: string | null;
  digest: Buffer | null;
  platform: string | null;
  actor_id: number | null;
  agent_id: number | null;
  addr: string | null;
  expected_bytes: number | null;
  seen_bytes: number | null;
  clients: number | null;
  evidence: number | null;
  /** Of the client: see `sessions.key`. */
  client: string | null;
  /** Rows of `event`. */
  members: string[] | null;
  /** No event after it belongs to the session. */
  closes_at: string | null;
  /** Null while it is open. */
  closed_at: string | null;
  revision: Generated<number>;
  /** The event, and the parts of the pull. */
  body: Record<string, unknown> | null;
}

/** Clients whose pulls are to be computed. */
export interface PullDueTable {
  repository_id: number;
  addr: string;
  from_at: string;
  until_at: string;
  due_at: string;
  turn: Generated<number>;
  version: Generated<number>;
}

/** What a client has got. */
export interface PullSeenTable {
  client: string;
  digest: Buffer;
  first_at: string;
  last_at: string;
}

/** Sessions of a day by their state; no tag: ''. */
export interface SessionDayTable {
  day: string;
  repository_id: number;
  tag: string;
  state: number;
  sessions: number;
  bytes: number;
}

/** A request, as a registry's log has it. Partitioned by `at`. */
export interface LogLineTable {
  at: string;
  arrived_at: Generated<string>;
  id: string;
  request_id: string | null;
  source_id: number;
  status: number;
  written: number | null;
  /** Milliseconds. */
  duration: number | null;
  method: string;
  uri: string;
  repository: string | null;
  /** Tag or digest. */
  reference: string | null;
  is_manifest: Generated<boolean>;
  addr: string | null;
  actor: string | null;
  agent: string | null;
  host: string | null;
  /** A failed pull of which no event has been made yet. */
  open: Generated<boolean>;
}

/** Between these times the archive is proven complete, or known not to be. */
export interface CoverageTable {
  source_id: number;
  since: string;
  until: string;
  verdict: number;
  note: string | null;
}

/** A push of a manifest or a delete of which no image event has been made yet. */
export interface ImageOpenTable {
  at: string;
  arrived_at: Generated<string>;
  id: string;
  repository_id: number;
  /** A push by digest that has been looked at: its index may come. */
  waits: Generated<boolean>;
}

/** An image event, or one of a pull; `body` is its JSON. Partitioned by `at`. */
export interface ImageEventTable {
  at: string;
  made_at: Generated<string>;
  id: string;
  /** Null where the archive does not have the repository, which a client asked for in vain. */
  repository_id: number | null;
  /** Place in `IMAGE_ACTIONS`, then `PULL_ACTIONS`. */
  type: number;
  /** Every delivery of it is in the queue. */
  published: Generated<boolean>;
  digest: Buffer | null;
  tags: string[];
  /** Rows of `event` that it was made of. */
  members: string[];
  body: Record<string, unknown>;
}

/** Every table by its name. */
export interface Tables {
  source: SourceTable;
  repository: RepositoryTable;
  label: LabelTable;
  event: EventTable;
  pull_day: PullDayTable;
  push_day: PushDayTable;
  activity_day: ActivityDayTable;
  tag_state: TagStateTable;
  tag_move: TagMoveTable;
  manifest: ManifestTable;
  pull_session: PullSessionTable;
  pull_due: PullDueTable;
  pull_seen: PullSeenTable;
  session_day: SessionDayTable;
  log_line: LogLineTable;
  coverage: CoverageTable;
  image_open: ImageOpenTable;
  image_event: ImageEventTable;
}
