/**
 * Kraken: blob by blob, at whichever part of a cluster can be reached.
 *
 * The ways in order: an origin's prefetch, an origin's metainfo, the tracker's metainfo, a notification to the
 * proxy. A way that a cluster does not have is remembered for ten minutes; trouble is not, and leads to the
 * tracker only: after a notification nothing is known, so it must not depend on the moment. A download that runs
 * is checked where it runs, and takes no call in between.
 */
import { type Clock, waitAfter } from '../clock.js';
import { failed } from '../failure.js';
import { TargetHttp } from '../http.js';
import { type Base, basesOf } from '../place.js';
import type { Aborted, BlobTarget, Failed, WarmCall, WarmImage, WarmItem, Warmth } from '../target.js';
import { trigger, type Wanted } from './blob.js';
import { notify } from './notification.js';
import { type Found, foundFrom, MISSING_MS, Origins } from './origins.js';
import { isKrakenDigest } from './paths.js';
import { CADENCE, LONGEST_MS, type Progress, readProgress } from './progress.js';
import type { KrakenOptions } from './settings.js';

/** Opens no connection. */
export function open(options: KrakenOptions, clock: Clock): BlobTarget {
  return new Kraken(options, clock);
}

class Kraken implements BlobTarget {
  readonly unit = 'blob';
  readonly name: string;
  readonly #http: TargetHttp;
  readonly #problem: string | undefined;
  readonly #origins: Origins | undefined;
  readonly #tracker: Base | undefined;
  readonly #proxy: Base | undefined;
  /** The origins offer none of the ways, and are not asked again until then. Epoch milliseconds. */
  #originsMissing = 0;

  constructor(
    options: KrakenOptions,
    private readonly clock: Clock,
  ) {
    const origins = basesOf(options.origin ?? [], 'the target’s origin');
    const trackers = basesOf([options.tracker ?? []].flat(), 'the target’s tracker');
    const proxies = basesOf([options.proxy ?? []].flat(), 'the target’s proxy');
    const all = [...origins.bases, ...trackers.bases, ...proxies.bases];
    this.name = options.name;
    this.#problem =
      origins.problem ??
      trackers.problem ??
      proxies.problem ??
      (all.length === 0 ? 'the target has neither origin nor tracker nor proxy' : undefined);
    this.#http = new TargetHttp(options, all);
    this.#origins = origins.bases.length > 0 ? new Origins(this.#http, origins.bases, clock) : undefined;
    [this.#tracker] = trackers.bases;
    [this.#proxy] = proxies.bases;
  }

  stages(image: WarmImage): readonly (readonly WarmItem[])[] {
    return [image.items];
  }

  async warm(image: WarmImage, item: WarmItem, { handle, signal }: WarmCall): Promise<Warmth> {
    if (this.#problem !== undefined) return failed('url', this.#problem);
    if (!isKrakenDigest(item.digest)) {
      return failed('unsupported', `Kraken takes sha256 only, not ${item.digest}`, { retryable: false });
    }
    const progress = readProgress(handle) ?? { since: this.clock.now(), looks: 0 };
    const wanted = { namespace: image.repository, digest: item.digest, signal };
    const found = await this.#find(wanted, progress);
    if (found.kind === 'aborted') return found.aborted;
    if (found.kind === 'running') return this.#pending(found, item, progress);
    if (found.kind === 'there') {
      const { bytes = item.size, verified } = found;
      return { state: progress.looks > 0 ? 'warmed' : 'already', bytes, verified };
    }
    if (found.kind !== 'unsupported') return found.failed;
    if (this.#proxy !== undefined) {
      return notify(this.#http, this.clock, this.#proxy, image, item, signal);
    }
    return failed(
      'unsupported',
      `target ${this.name}: its response is not that of a Kraken origin or tracker; check its urls`,
    );
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  async #find(wanted: Wanted, { way, host }: Progress): Promise<Found> {
    let found: Found = { kind: 'unsupported' };
    if (this.#origins !== undefined && this.#originsMissing <= this.clock.now() && way !== 'tracker') {
      found = await this.#origins.find(wanted, host);
      if (found.kind === 'unsupported') this.#originsMissing = this.clock.now() + MISSING_MS;
    }
    if (this.#tracker === undefined || (found.kind !== 'unsupported' && found.kind !== 'trouble'))
      return found;
    const said = await trigger(this.#http, this.clock, this.#tracker.url, 'tracker', wanted);
    if (said.kind === 'there') return { ...said, verified: true };
    return foundFrom(said, 'tracker');
  }

  #pending(
    found: Found & { kind: 'running' },
    item: WarmItem,
    { since, looks }: Progress,
  ): Warmth | Failed | Aborted {
    const now = this.clock.now();
    const where = found.host ?? this.#tracker?.place ?? this.name;
    if (now - since >= LONGEST_MS) {
      return failed(
        'overdue',
        `${where}: ${item.digest} is still being downloaded after ${LONGEST_MS / 60_000} minutes; see its log`,
      );
    }
    const next: Progress = { since, looks: looks + 1, way: found.way, host: found.host };
    const wait = waitAfter(next.looks, CADENCE, this.clock.random());
    return { state: 'pending', pollAt: now + wait, handle: JSON.stringify(next) };
  }
}
