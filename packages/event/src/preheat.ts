/**
 * What a preheat came to, part by part and target by target: the words that the sink, the store, the records, the
 * events and the pages share. Holds no secret and nothing of a registry's or a target's credentials.
 */

/**
 * What became of one part of an image at one target. `warmed`: it was fetched now. `already`: it was warm before.
 * `asked`: the target took the request and cannot tell what came of it. `skipped`: nothing was to be done, `reason`
 * says why. `failed`: `reason` and `detail` say why.
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
  /** Bytes that were moved for it, where the target tells. */
  bytes?: number;
}

/** How many parts had which result. `blobs` are all of them, manifests included. */
export interface PreheatTally extends Record<PreheatResult, number> {
  blobs: number;
  /** Bytes moved; of a dry run, bytes that would be moved. */
  bytes: number;
}

/** One image at all targets of an endpoint, from the first look to the verdict. */
export interface PreheatRun {
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
   * `skipped`: the policy wants nothing of it. `dryrun`: nothing was asked of any target.
   */
  result: 'succeeded' | 'partial' | 'failed' | 'skipped' | 'dryrun';
  /** Why, when not `succeeded`; one line. */
  detail?: string;
  /** Epoch milliseconds at which ingest had the event. */
  receivedAt: number;
  /** Epoch milliseconds. */
  startedAt: number;
  finishedAt: number;
  /** As the registry told it, where it does. */
  rateLimit?: { limit?: number; remaining: number };
  tally: PreheatTally;
  /** Failed ones first. */
  parts: PreheatPart[];
  /** Parts that are counted and not listed, because there are too many. */
  omitted?: number;
}

/** Why a part was skipped, and what can be done about it. Settings are those of the endpoint's `preheat`. */
const SKIPPED: Readonly<Record<string, string>> = {
  dryrun: 'would be requested',
  platform: 'platform not selected; add it to platforms',
  attestation: 'not pulled by runtimes; include it with attestations: true',
  artifact: 'not an image; list its type in artifacts, or in referrers for a referrer',
  foreign: 'may not be distributed, so the registry need not have it; include it with foreign: true',
  size: 'smaller than minblobsize or larger than maxblobsize',
  total: 'the image is larger than maxtotal',
  type: 'not a manifest, although an index lists it as one',
  schema1: 'Docker’s legacy format, which runtimes no longer pull; push the image again',
  missing: 'listed in an index but missing in the registry; push it if it belongs there',
  manifest: 'the target stores blobs only',
  index: 'the target accepts the manifests of an index, not the index',
  blob: 'the target fetches it itself, with the manifest',
};

/** The reason in words; empty for one of another version. */
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
