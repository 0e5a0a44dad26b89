/**
 * Dragonfly's manager: one job for each image of an index, then a check of them every 15 to 30 s.
 *
 * Takes images, answers by blob. Jobs that were begun are in the handle before anything else can go wrong, so
 * that neither a crash nor a refusal in between begins one twice.
 */
import { type Clock, waitAfter } from '../clock.js';
import { failed } from '../failure.js';
import type { TargetHttp } from '../http.js';
import { openSingle } from '../single.js';
import type { ImageTarget, ImageWarmth, Pending, WarmCall, WarmImage, WarmItem } from '../target.js';
import { Manager } from './manager.js';
import { CADENCE, keyOf, LONGEST_MS, type Progress, readProgress, writeProgress } from './progress.js';
import type { DragonflyOptions } from './settings.js';
import { type Ends, type JobEnd, missingIn, verdict } from './verdict.js';

/** Opens no connection. */
export function open(options: DragonflyOptions, clock: Clock): ImageTarget {
  return new Dragonfly(options, clock);
}

class Dragonfly implements ImageTarget {
  readonly unit = 'image';
  readonly name: string;
  readonly #http: TargetHttp;
  readonly #manager: Manager | undefined;
  readonly #problem: string | undefined;

  constructor(
    private readonly options: DragonflyOptions,
    private readonly clock: Clock,
  ) {
    const { http, base } = openSingle(options);
    this.name = options.name;
    this.#http = http;
    if ('problem' in base) this.#problem = base.problem;
    else this.#manager = new Manager(http, base, options, clock);
  }

  async warm(image: WarmImage, call: WarmCall): Promise<ImageWarmth> {
    const manager = this.#manager;
    if (manager === undefined) return failed('url', this.#problem ?? 'the target has no url');
    const progress: Progress = readProgress(call.handle) ?? {
      since: this.clock.now(),
      looks: 0,
      jobs: new Map(),
      refused: new Map(),
    };
    const manifests = image.items.filter(({ role }) => role === 'manifest');
    const without = manifests.filter(
      ({ digest }) => !progress.jobs.has(keyOf(digest)) && !progress.refused.has(keyOf(digest)),
    );
    if (without.length > 0 && !this.#isOverdue(progress)) {
      const stopped = await this.#begin(manager, image, without, progress, call.signal);
      if (stopped !== undefined) return stopped;
      if (progress.jobs.size > 0) return this.#pending(progress);
    }
    return this.#look(manager, image, manifests, progress, call.signal);
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  /** @returns a verdict when it cannot continue */
  async #begin(
    manager: Manager,
    image: WarmImage,
    manifests: readonly WarmItem[],
    progress: Progress,
    signal: AbortSignal,
  ): Promise<ImageWarmth | undefined> {
    const authorization = await manager.authorizationFor(image);
    if (typeof authorization === 'object')
      return progress.jobs.size > 0 ? this.#pending(progress, authorization) : authorization;
    for (const { digest, platform } of manifests) {
      const begun = await manager.begin(image, { digest, platform, authorization }, signal);
      if (begun.kind === 'begun') {
        progress.jobs.set(keyOf(digest), begun.id);
        continue;
      }
      if (begun.kind === 'refused') {
        progress.refused.set(keyOf(digest), begun.failed);
        continue;
      }
      // the manager is unavailable or asks for a pause: the rest follows with the next check
      if (progress.jobs.size > 0)
        return this.#pending(progress, begun.kind === 'later' ? begun.failed : undefined);
      return begun.kind === 'later' ? begun.failed : begun.aborted;
    }
    return undefined;
  }

  async #look(
    manager: Manager,
    image: WarmImage,
    manifests: readonly WarmItem[],
    progress: Progress,
    signal: AbortSignal,
  ): Promise<ImageWarmth> {
    const overdue = this.#isOverdue(progress);
    const jobs = new Map<string, JobEnd>();
    let trouble: { detail: string } | undefined;
    let running = 0;
    for (const { digest } of manifests) {
      const end = await this.#endOf(manager, keyOf(digest), progress, signal);
      if (end === 'running') running++;
      else if ('state' in end) return end;
      else if ('unknown' in end) trouble = end.unknown;
      else jobs.set(digest, end);
      if (overdue && !jobs.has(digest)) jobs.set(digest, { trouble: this.#overdue(manager, trouble) });
    }
    if (!overdue && (running > 0 || trouble !== undefined)) return this.#pending(progress, trouble);
    const ends = { image, base: manager.baseFor(image), jobs, place: manager.place };
    return { state: 'settled', items: verdict({ ...ends, held: await this.#held(manager, ends, signal) }) };
  }

  async #endOf(manager: Manager, key: string, { jobs, refused }: Progress, signal: AbortSignal) {
    const refusal = refused.get(key);
    if (refusal !== undefined) return { trouble: refusal };
    const id = jobs.get(key);
    return id === undefined ? 'running' : manager.look(id, signal);
  }

  /** A second opinion on what no job reports, where there is one. */
  async #held(manager: Manager, ends: Ends, signal: AbortSignal): Promise<ReadonlySet<string> | undefined> {
    const { verify = false, scope } = this.options;
    if (!verify || scope !== 'all_peers' || missingIn(ends).length === 0) return undefined;
    const held = new Set<string>();
    const authorization = await manager.authorizationFor(ends.image);
    if (typeof authorization === 'object') return undefined;
    for (const { role, digest, platform } of ends.image.items) {
      if (role !== 'manifest') continue;
      const urls = await manager.held(ends.image, { digest, platform, authorization }, signal);
      for (const url of urls) held.add(url);
    }
    return held;
  }

  #isOverdue({ since }: Progress): boolean {
    return this.clock.now() - since >= LONGEST_MS;
  }

  #overdue({ place }: Manager, trouble: { detail: string } | undefined) {
    const why = trouble === undefined ? '' : ` (${trouble.detail})`;
    const detail = `${place}: the job has not ended after ${LONGEST_MS / 60_000} minutes${why}; check the job in the manager’s console`;
    return failed('overdue', detail);
  }

  #pending(progress: Progress, trouble?: { detail: string; notBefore?: number }): Pending {
    const looks = progress.looks + 1;
    const pollAt = this.clock.now() + waitAfter(looks, CADENCE, this.clock.random());
    return {
      state: 'pending',
      pollAt: Math.max(pollAt, trouble?.notBefore ?? 0),
      handle: writeProgress({ ...progress, looks }),
      ...(trouble !== undefined && { detail: trouble.detail }),
    };
  }
}
