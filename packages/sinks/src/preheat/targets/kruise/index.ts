/**
 * OpenKruise: one ImagePullJob that makes nodes pull the image, then checks of it until it is complete.
 *
 * Nodes pull what fits them, so of an image for several platforms it is not known which parts they have. A job
 * of the same name that failed before is removed and made again; one that runs or is done is taken as ours.
 */
import { type Cadence, type Clock, waitAfter } from '../clock.js';
import { failed } from '../failure.js';
import { numberOf, readHandle } from '../handle.js';
import type { TargetHttp } from '../http.js';
import { openSingle } from '../single.js';
import type { Failed, ImageTarget, ImageWarmth, Pending, WarmCall, WarmImage } from '../target.js';
import { Cluster } from './cluster.js';
import { JOB_TIMEOUT_MS, type JobStatus } from './job.js';
import type { KruiseOptions } from './settings.js';

const CADENCE: Cadence = { first: 5_000, factor: 1.3, longest: 30_000, jitter: 0.05 };

/** A job that was removed has a finalizer: its name is free a moment later. Milliseconds. */
const AGAIN_MS = 2_000;

/** Beyond the job's own deadline, for the controller to say so. Milliseconds. */
const JOB_GRACE_MS = 5 * 60_000;

/** So many failed nodes are named. */
const NODES_NAMED = 10;

/** Opens no connection. */
export function open(options: KruiseOptions, clock: Clock): ImageTarget {
  return new Kruise(options, clock);
}

interface Progress {
  /** Epoch milliseconds. */
  since: number;
  looks: number;
  /** The job is still to be made. */
  again: boolean;
}

class Kruise implements ImageTarget {
  readonly unit = 'image';
  readonly name: string;
  readonly #http: TargetHttp;
  readonly #cluster: Cluster | undefined;
  readonly #problem: string | undefined;

  constructor(
    private readonly options: KruiseOptions,
    private readonly clock: Clock,
  ) {
    const { http, base } = openSingle(options);
    this.name = options.name;
    this.#http = http;
    if ('problem' in base) this.#problem = base.problem;
    else this.#cluster = new Cluster(http, base, options, clock);
  }

  async warm(image: WarmImage, { handle, signal }: WarmCall): Promise<ImageWarmth> {
    const cluster = this.#cluster;
    if (cluster === undefined) return failed('url', this.#problem ?? 'the target has no url');
    const contradiction = contradictionIn(this.options);
    if (contradiction !== undefined) return failed('unsupported', contradiction, { retryable: false });
    const progress = readProgress(handle) ?? { since: this.clock.now(), looks: 0, again: true };
    if (!progress.again) return this.#look(cluster, image, progress, signal);
    const created = await cluster.create(image, signal);
    if (created.kind === 'aborted') return created.aborted;
    if (created.kind === 'failed') return created.failed;
    if (created.kind === 'created') return this.#pending({ ...progress, again: false });
    return this.#lookAtFormer(cluster, image, progress, signal);
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  /** A job of the same name was there before. */
  async #lookAtFormer(
    cluster: Cluster,
    image: WarmImage,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<ImageWarmth> {
    const seen = await cluster.look(image, signal);
    if (seen.kind === 'aborted') return seen.aborted;
    if (seen.kind === 'failed') return seen.failed;
    if (seen.kind === 'unknown') return this.#pending(progress, seen.failed);
    if (seen.kind === 'gone' || seen.job.leaving) return this.#again(cluster, progress);
    if (!seen.job.finished) return this.#pending({ ...progress, again: false });
    if (faultOf(seen.job, cluster.place) === undefined) return settled(image);
    const removed = await cluster.remove(image, seen.job.uid, signal);
    if (removed.kind === 'aborted') return removed.aborted;
    if (removed.kind === 'failed') return removed.failed;
    return this.#again(cluster, progress);
  }

  async #look(
    cluster: Cluster,
    image: WarmImage,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<ImageWarmth> {
    const seen = await cluster.look(image, signal);
    if (seen.kind === 'aborted') return seen.aborted;
    if (seen.kind === 'failed') return seen.failed;
    if (seen.kind === 'gone') {
      return failed(
        'job',
        `${cluster.place}: the ImagePullJob no longer exists; it was deleted, or its ttl is too short`,
      );
    }
    if (seen.kind === 'job' && seen.job.finished) {
      return faultOf(seen.job, cluster.place) ?? settled(image);
    }
    if (this.#isOverdue(progress)) return this.#overdue(cluster);
    return this.#pending(progress, seen.kind === 'unknown' ? seen.failed : undefined);
  }

  #isOverdue({ since }: Progress): boolean {
    return this.clock.now() - since >= (this.options.jobtimeout ?? JOB_TIMEOUT_MS) + JOB_GRACE_MS;
  }

  #overdue({ place }: Cluster): Failed {
    return failed(
      'overdue',
      `${place}: the ImagePullJob is past its deadline and not complete; check that kruise-manager is running`,
    );
  }

  #again(cluster: Cluster, progress: Progress): ImageWarmth {
    if (this.#isOverdue(progress)) return this.#overdue(cluster);
    return { ...this.#pending({ ...progress, again: true }), pollAt: this.clock.now() + AGAIN_MS };
  }

  #pending(progress: Progress, trouble?: Failed): Pending {
    const looks = progress.looks + 1;
    const pollAt = this.clock.now() + waitAfter(looks, CADENCE, this.clock.random());
    return {
      state: 'pending',
      pollAt: Math.max(pollAt, trouble?.notBefore ?? 0),
      handle: JSON.stringify({ ...progress, looks }),
      ...(trouble !== undefined && { detail: trouble.detail }),
    };
  }
}

/** What OpenKruise would refuse, in words. */
function contradictionIn({ name, selector, podselector }: KruiseOptions): string | undefined {
  if (selector?.names !== undefined && selector.matchlabels !== undefined) {
    return `target ${name}: names and matchlabels of a selector cannot be combined; remove one`;
  }
  if (selector !== undefined && podselector !== undefined) {
    return `target ${name}: selector and podselector cannot be combined; remove one`;
  }
  return undefined;
}

function readProgress(handle: string | undefined): Progress | undefined {
  const fields = readHandle(handle);
  const since = numberOf(fields?.since);
  const looks = numberOf(fields?.looks);
  if (since === undefined || looks === undefined) return undefined;
  return { since, looks, again: fields?.again === true };
}

/** Why a finished job did not do what it should. */
function faultOf({ desired, succeeded, failed: bad, failedNodes, message }: JobStatus, place: string) {
  if (desired === 0) {
    return failed(
      'incomplete',
      `${place}: no node matched the target’s selector, so nothing was pulled; correct it`,
    );
  }
  if (succeeded >= desired && bad === 0) return undefined;
  const named = failedNodes.slice(0, NODES_NAMED).join(', ');
  const more = failedNodes.length > NODES_NAMED ? ` and ${failedNodes.length - NODES_NAMED} more` : '';
  const which = named === '' ? '' : `: ${named}${more}`;
  const detail = `${place}: ${desired - succeeded} of ${desired} nodes did not pull the image${which} (${message}); check their kruise-daemon log`;
  return failed('job', detail);
}

/** Nodes of one platform leave the others' parts where they are. */
function settled({ items }: WarmImage): ImageWarmth {
  const verified = items.filter(({ role }) => role === 'manifest').length <= 1;
  return {
    state: 'settled',
    items: new Map(items.map(({ digest }) => [digest, { state: 'warmed', verified } as const])),
  };
}
