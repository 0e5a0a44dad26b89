/** Words of the comparison of the archive with a registry. Times are ISO 8601 in UTC, digests `algorithm:hex`. */

/** `missing`: the archive does not know the tag. `moved`: it has another digest. `deleted`: it is gone. */
export type FindingKind = 'missing' | 'moved' | 'deleted';

/** A tag that the archive and the registry disagree about. */
export interface Finding {
  repository: string;
  tag: string;
  kind: FindingKind;
  /** What the registry has; of a deleted one, what the archive has. */
  digest?: string;
  /** The event that is missing happened after this; absent: unknown. */
  since?: string;
}

/** A finding of an earlier comparison. */
export interface Doubt extends Finding {
  /** When it was first found. */
  seenAt: string;
  /** When its event was published; the archive has it a moment later. */
  healedAt?: string;
}

/** What the archive knows of a tag. */
export interface KnownTag {
  digest?: string;
  deleted: boolean;
  /** Of the last push or delete; absent: it was only pulled. */
  at?: string;
}

/** What is known of a source from earlier comparisons. */
export interface ReconcileState {
  /** Absent: it was never compared. */
  baselineAt?: string;
  lookedAt?: string;
  /** Repositories that the baseline could not read. */
  unread: string[];
}

/** A span of time in which events are there, or missing. */
export interface CoveredSpan {
  since: string;
  until: string;
  verdict: 'complete' | 'gap' | 'unknown';
  note: string;
}
