/** What a comparison found. */
import type { CoveredSpan, FindingKind } from '@longshore/archive/reconcile';

/** A tag that the archive and the registry disagree about. */
export interface ReportedFinding {
  repository: string;
  tag: string;
  kind: FindingKind;
  /** What the registry has; of a deleted tag, what the archive has. */
  digest?: string;
  /** `waiting`: for a second look at least 10 minutes later. `found`: nothing was done, because of a dry run. */
  state: 'healed' | 'waiting' | 'found';
}

/** Of one source. */
export interface ReconcileReport {
  source: string;
  findings: ReportedFinding[];
  /** What could not be compared; an empty repository: the list of repositories. */
  errors: { repository: string; reason: string }[];
  /** The archive was too far behind to be compared; nothing was decided. */
  behind?: boolean;
  /** Tags that the registry was asked for. */
  tags: number;
  repositories: number;
  /** Tags that are the same on both sides. */
  inOrder: number;
  /** Tags that were written without an event: they were there before the first comparison. */
  firstSeen: number;
  /** What is proven by it; absent for a dry run, and when it did not come to its end. */
  coverage?: CoveredSpan;
}
