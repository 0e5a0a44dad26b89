/**
 * The body that begins a job: one manifest, by digest.
 *
 * The manager keeps the arguments with the job and shows them to every user who may read jobs. So the only credential
 * in them is a token that the registry's token server issued for this repository, unless the operator has set
 * `credentials: true`. It must live as long as the job.
 */
import type { DragonflyOptions } from './settings.js';

/** What all jobs of one image have in common. */
export interface JobArguments {
  url: string;
  /** Without it the manager takes its own machine's, should the manifest be an index. */
  platform?: string;
  /** `Authorization` for the registry. */
  authorization?: string;
}

/** Begins a preheat. */
export function preheatBody(options: DragonflyOptions, job: JobArguments): object {
  const { scope = 'single_seed_peer', tasks, peers, jobtimeout } = options;
  return body('preheat', options, {
    type: 'image',
    ...identity(options, job),
    scope,
    ...(scope !== 'single_seed_peer' && some(options)),
    ...(tasks !== undefined && { concurrent_task_count: tasks }),
    ...(peers !== undefined && { concurrent_peer_count: peers }),
    // a Duration of Go: nanoseconds
    ...(jobtimeout !== undefined && { timeout: Math.round(jobtimeout) * 1_000_000 }),
  });
}

/** Asks which peers hold what. `timeout`: milliseconds that the manager may look for it. */
export function distributionBody(options: DragonflyOptions, job: JobArguments, timeout: number): object {
  return body('get_image_distribution', options, { ...identity(options, job), timeout: timeout * 1_000_000 });
}

function body(type: string, { clusters = [] }: DragonflyOptions, args: object): object {
  return { type, args, ...(clusters.length > 0 && { scheduler_cluster_ids: clusters }) };
}

function identity(options: DragonflyOptions, { url, platform, authorization }: JobArguments) {
  const { piecelength, tag, application, filteredqueryparams } = options;
  return {
    url,
    ...(platform !== undefined && { platform }),
    ...(authorization !== undefined && { headers: { Authorization: authorization } }),
    ...(filteredqueryparams !== undefined && { filtered_query_params: filteredqueryparams }),
    ...(piecelength !== undefined && { piece_length: piecelength }),
    ...(tag !== undefined && { tag }),
    ...(application !== undefined && { application }),
  };
}

/** Which of the peers: the manager takes the first of these that is there. */
function some({ ips = [], count, percentage }: DragonflyOptions) {
  if (ips.length > 0) return { ips };
  if (count !== undefined) return { count };
  return percentage === undefined ? {} : { percentage };
}
