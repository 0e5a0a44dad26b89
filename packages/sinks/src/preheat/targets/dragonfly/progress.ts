/** What is remembered between two looks: the jobs of an image, and the manifests for which there is none. */
import type { Cadence } from '../clock.js';
import { failed } from '../failure.js';
import { fieldsOf, numberOf, readHandle, textOf } from '../handle.js';
import type { Failed, WarmReason } from '../target.js';

/** The manager itself looks every 30 s at first, then every 5 min: more often than every 15 s shows nothing new. */
export const CADENCE: Cadence = { first: 15_000, factor: 1.3, longest: 30_000, jitter: 0 };

/** Milliseconds. The manager gives a job up after 16 looks, which are 68 minutes; then its state is final. */
export const LONGEST_MS = 75 * 60_000;

/** Characters of a refusal's detail that are kept. */
const DETAIL_KEPT = 200;

/** What is known of an image between two looks. */
export interface Progress {
  /** Epoch milliseconds of the first job. */
  since: number;
  looks: number;
  /** Ids, by {@link keyOf} of the manifest. */
  jobs: Map<string, number>;
  /** Why there is no job. */
  refused: Map<string, Failed>;
}

/** Enough of a digest to distinguish the manifests of one image. */
export function keyOf(digest: string): string {
  return digest.slice(digest.indexOf(':') + 1).slice(0, 12);
}

/** As the handle of a `pending`; read back by {@link readProgress}. */
export function writeProgress({ since, looks, jobs, refused }: Progress): string {
  const kept = [...refused].map(([key, { reason, detail, retryable }]) => [
    key,
    { reason, detail: detail.slice(0, DETAIL_KEPT), retryable },
  ]);
  return JSON.stringify({
    since,
    looks,
    jobs: Object.fromEntries(jobs),
    ...(kept.length > 0 && { refused: Object.fromEntries(kept) }),
  });
}

/** Undefined when there is no handle, or none that can be read. */
export function readProgress(handle: string | undefined): Progress | undefined {
  const fields = readHandle(handle);
  const since = numberOf(fields?.since);
  const looks = numberOf(fields?.looks);
  const ids = fieldsOf(fields?.jobs);
  if (since === undefined || looks === undefined || ids === undefined) return undefined;
  const jobs = new Map(
    Object.entries(ids).flatMap(([key, id]) => (typeof id === 'number' ? [[key, id] as const] : [])),
  );
  const refused = new Map(
    Object.entries(fieldsOf(fields?.refused) ?? {}).map(([key, value]) => [key, refusalOf(value)] as const),
  );
  return { since, looks, jobs, refused };
}

function refusalOf(value: unknown): Failed {
  const fields = fieldsOf(value);
  const reason = textOf(fields?.reason) ?? '';
  const detail = textOf(fields?.detail) ?? 'the manager began no job';
  return failed(isRefusal(reason) ? reason : 'job', detail, { retryable: fields?.retryable !== false });
}

/** The reasons with which a manager begins no job. */
function isRefusal(reason: string): reason is Extract<WarmReason, 'platform' | `http_${number}`> {
  return /^(platform|credentials|absent|answer|http_[1-5]\d\d)$/.test(reason);
}
