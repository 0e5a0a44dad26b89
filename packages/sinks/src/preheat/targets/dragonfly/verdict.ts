/**
 * The results of an image's jobs, item by item.
 *
 * SUCCESS is no proof: it means one peer for the `all` scopes, and not even that for a single seed. A blob is
 * warm when a peer reports its URL as fetched; all others are missing, whatever the job reports.
 */
import { failed } from '../failure.js';
import type { Failed, Settled, WarmImage, WarmItem } from '../target.js';
import type { JobReport } from './job.js';
import { blobUrl, canonical } from './urls.js';

/** What became of the manifest's job. */
export type JobEnd = { report: JobReport } | { trouble: Failed };

/** How the jobs of an image ended, and what the peers hold. */
export interface Ends {
  image: WarmImage;
  /** Of the registry, as nodes pull. */
  base: string;
  /** By digest of the manifest. */
  jobs: ReadonlyMap<string, JobEnd>;
  /** Canonical URLs that peers were found to hold, apart from the jobs. */
  held?: ReadonlySet<string>;
  /** `host:port` of the manager. */
  place: string;
}

/** An entry for every item. */
export function verdict(ends: Ends): Map<string, Settled> {
  return new Map(ends.image.items.map((item) => [item.digest, settle(item, ends)]));
}

/** Blobs that no job reports as fetched although none of theirs failed. */
export function missingIn(ends: Ends): WarmItem[] {
  return ends.image.items.filter((item) => {
    const settled = settle(item, ends);
    return settled.state === 'failed' && settled.reason === 'incomplete';
  });
}

function settle(item: WarmItem, ends: Ends): Settled {
  const { image, base, jobs, held, place } = ends;
  if (item.role === 'index' || item.role === 'manifest') {
    const end = jobs.get(item.digest);
    return end !== undefined && 'trouble' in end ? end.trouble : { state: 'skipped', reason: 'manifest' };
  }
  const url = canonical(blobUrl(base, image, item.digest));
  const reports = [...jobs.values()].flatMap((end) => ('report' in end ? [end.report] : []));
  if (held?.has(url) || reports.some(({ fetched }) => fetched.has(url))) {
    return { state: 'warmed', bytes: item.size, verified: true };
  }
  const failure = reports.find(({ failures }) => failures.has(url))?.failures.get(url);
  if (failure !== undefined)
    return failed('job', `${place}: ${failure}; check the job in the manager’s console`);
  return (
    troubleOf(item, ends) ??
    failed(
      'incomplete',
      `${place}: the job ended, and no peer reports ${url}; see the seed peers’ logs and disk space`,
    )
  );
}

/** Of a job that should have fetched it. */
function troubleOf({ platform }: WarmItem, { image, jobs, place }: Ends): Failed | undefined {
  for (const manifest of image.items) {
    const end = jobs.get(manifest.digest);
    if (end === undefined || (platform !== undefined && manifest.platform !== platform)) continue;
    if ('trouble' in end) return end.trouble;
    if (end.report.ended === 'SUCCESS') continue;
    const why = end.report.error === undefined ? 'without a reason' : end.report.error;
    return failed('job', `${place}: the job failed: ${why}; check the job in the manager’s console`);
  }
  return undefined;
}
