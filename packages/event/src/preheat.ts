/**
 * The result of a preheat, by part and target: types shared by the sink, the store, the records, the events and the
 * pages. Contains no credentials of a registry or target.
 */

/**
 * The result for one part of an image at one target. `warmed`: it was fetched now. `already`: it was warm before.
 * `asked`: the target accepted the request and does not report the result. `skipped`: excluded, see `reason`.
 * `failed`: see `reason` and `detail`.
 */
export type PreheatResult = 'warmed' | 'already' | 'asked' | 'skipped' | 'failed';

/** One part of an image at one target. */
export interface PreheatPart {
  /** Name of the target; empty for a part that was skipped for all of them. */
  target: string;
  role: 'index' | 'manifest' | 'config' | 'layer';
  digest: string;
  /** Bytes, as the descriptor says. */
  size?: number;
  /** `linux/arm64/v8` */
  platform?: string;
  result: PreheatResult;
  reason?: string;
  detail?: string;
  /** Bytes transferred for it, if the target reports them. */
  bytes?: number;
}

/** How many parts had which result. `blobs` are all of them, manifests included. */
export interface PreheatTally extends Record<PreheatResult, number> {
  blobs: number;
  /** Bytes transferred; in a dry run, bytes that would be transferred. */
  bytes: number;
}

/** One image at all targets of an endpoint, from the first request to the result. */
export interface PreheatRun {
  /** Of an endpoint of kind copy: what is warm elsewhere is there, and `warmed` was copied. Absent: preheat. */
  kind?: 'copy';
  /** The same for the same run, also after a crash. */
  id: string;
  endpoint: string;
  deliveryId: string;
  /** `team/app` */
  repository: string;
  tag?: string;
  /** Absent when the tag could not be resolved. */
  digest?: string;
  /**
   * `succeeded`: nothing failed. `partial`: something failed, something did not; or all is warm, and the search for
   * signatures and other referrers failed. `failed`: nothing is warm.
   * `skipped`: the policy excludes every part. `dryrun`: no target was contacted.
   */
  result: 'succeeded' | 'partial' | 'failed' | 'skipped' | 'dryrun';
  /** Why, when not `succeeded`; one line. */
  detail?: string;
  /** Epoch milliseconds at which ingest had the event. */
  receivedAt: number;
  /** Epoch milliseconds. */
  startedAt: number;
  finishedAt: number;
  /** As reported by the registry, if it does. */
  rateLimit?: { limit?: number; remaining: number };
  tally: PreheatTally;
  /** Failed ones first. */
  parts: PreheatPart[];
  /** Number of parts that are not listed, because there are too many. */
  omitted?: number;
}

/** Why a part was skipped, and how to include it. Settings are those of the endpoint's `preheat`. */
const SKIPPED: Readonly<Record<string, string>> = {
  dryrun: 'would be requested',
  platform: 'platform not selected; add it to platforms',
  attestation: 'no runtime pulls it; set attestations: true to include it',
  artifact: 'not an image; add its type to artifacts, or to referrers',
  foreign: 'non-distributable, so the registry may not have it; set foreign: true to try',
  size: 'smaller than minblobsize or larger than maxblobsize',
  total: 'the image is larger than maxtotal',
  type: 'not a manifest, although an index lists it as one',
  schema1: 'Docker’s old format, which runtimes no longer pull; push it again',
  missing: 'an index lists it, and the registry does not have it; push it',
  manifest: 'the target stores blobs only',
  index: 'the target stores the manifests of an index, not the index',
  blob: 'the target fetches it itself, with the manifest',
  superseded: 'the tag names another image by now, which has a copy of its own',
};

/** As text. Empty for a reason of another version. */
export function skippedInWords(reason: string): string {
  return SKIPPED[reason] ?? '';
}

/** Counts parts. */
export function tallyOf(parts: readonly PreheatPart[]): PreheatTally {
  const tally = { blobs: parts.length, bytes: 0, warmed: 0, already: 0, asked: 0, skipped: 0, failed: 0 };
  for (const { result, bytes = 0 } of parts) {
    tally[result]++;
    tally.bytes += bytes;
  }
  return tally;
}
