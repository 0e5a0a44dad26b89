/**
 * The origins of a cluster: whom to ask for a blob, in which way, and whom next.
 *
 * A blob that is found is checked on that origin's own disk before it counts as warm.
 */
import type { Clock } from '../clock.js';
import { failed } from '../failure.js';
import type { TargetHttp } from '../http.js';
import type { Base } from '../place.js';
import type { Aborted, Failed } from '../target.js';
import { isLocal, type Said, trigger, type Wanted } from './blob.js';
import type { Way } from './progress.js';
import { Ring } from './ring.js';

/**
 * How long a way that was missing is not tried again. Not permanently: a proxy in front of origins that restart
 * answers as their router does, and clusters are upgraded. Milliseconds.
 */
export const MISSING_MS = 10 * 60_000;

/** Where a blob is, or who fetches it. */
export type Found =
  | { kind: 'there'; bytes?: number; verified: boolean }
  /** `host`: who downloads it, as `host:port`; absent for a tracker, which does not report it. */
  | { kind: 'running'; way: Way; host?: string }
  /** The cluster has no such way. */
  | { kind: 'unsupported' }
  /** No origin is reachable, or all fail. */
  | { kind: 'trouble'; failed: Failed }
  /** Final: no other origin needs to be asked. */
  | { kind: 'stop'; failed: Failed }
  | { kind: 'aborted'; aborted: Aborted };

/** The origins of a cluster, by the ways that it has; a way that is missing is not asked for a while. */
export class Origins {
  readonly #ring: Ring;
  /** Until when a way counts as missing. */
  readonly #missing = new Map<Way, number>();

  constructor(
    private readonly http: TargetHttp,
    configured: readonly Base[],
    private readonly clock: Clock,
  ) {
    this.#ring = new Ring(http, configured, clock);
  }

  /** `before`: the `host:port` that said it downloads the blob; it is asked first. */
  async find(wanted: Wanted, before: string | undefined): Promise<Found> {
    const located = await this.#ring.locate(wanted.digest, wanted.signal);
    if (!('origins' in located)) {
      if (located.state === 'aborted') return { kind: 'aborted', aborted: located };
      if (before === undefined) return { kind: 'trouble', failed: located };
    }
    let last = 'origins' in located ? undefined : located;
    for (const origin of this.#inOrder('origins' in located ? located.origins : [], before)) {
      const found = await this.#at(origin, wanted);
      if (found.kind !== 'trouble') return found;
      last = found.failed;
    }
    return {
      kind: 'trouble',
      failed: last ?? failed('dns', 'the cluster names no origin that can be asked'),
    };
  }

  #inOrder(origins: readonly URL[], before: string | undefined): URL[] {
    const first = before === undefined ? undefined : this.#ring.originAt(before);
    if (first === undefined) return [...origins];
    return [first, ...origins.filter(({ origin }) => origin !== first.origin)];
  }

  async #at(origin: URL, wanted: Wanted): Promise<Found> {
    for (const way of ['prefetch', 'metainfo'] as const) {
      if ((this.#missing.get(way) ?? 0) > this.clock.now()) continue;
      const said = await trigger(this.http, this.clock, origin, way, wanted);
      if (said.kind === 'unsupported') {
        this.#missing.set(way, this.clock.now() + MISSING_MS);
        continue;
      }
      if (said.kind === 'there') return this.#verified(origin, way, said.bytes, wanted);
      return foundFrom(said, way, origin.host);
    }
    return { kind: 'unsupported' };
  }

  async #verified(origin: URL, way: Way, length: number | undefined, wanted: Wanted): Promise<Found> {
    const local = await isLocal(this.http, origin, wanted);
    if ('state' in local) return { kind: 'aborted', aborted: local };
    if (local.there === false) {
      const detail = `${origin.host} reports ${wanted.digest}, but it is not on its disk; check its log and disk space`;
      return { kind: 'stop', failed: failed('incomplete', detail) };
    }
    // metainfo is made from the blob on disk, so it is a proof of its own
    const verified = local.there === true || way === 'metainfo';
    return { kind: 'there', bytes: local.bytes ?? length, verified };
  }
}

/** For every answer but `there`. */
export function foundFrom(said: Exclude<Said, { kind: 'there' }>, way: Way, host?: string): Found {
  if (said.kind === 'running') return { kind: 'running', way, host };
  if (said.kind === 'next') return { kind: 'trouble', failed: said.failed };
  return said;
}
