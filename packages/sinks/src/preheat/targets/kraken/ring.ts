/**
 * Which origins keep a blob, in the order in which they are to be asked.
 *
 * The ring is not computed here: any origin knows it. It depends on the first four characters of the digest,
 * and Kraken refreshes it every 10 s, so that is how long an answer is kept.
 */
import type { Clock } from '../clock.js';
import type { TargetHttp } from '../http.js';
import { at, type Base } from '../place.js';
import type { Aborted, Failed } from '../target.js';
import { locationsPath } from './paths.js';

/** How long the ring is taken for the same. Milliseconds. */
const KEPT_MS = 10_000;

/** So many configured origins are asked where a blob is. */
const HOSTS_ASKED = 3;

const HOST = /^(?:\[[0-9a-f:]+\]|[\w.-]+):\d{1,5}$/i;

/** The origins that keep a blob, in the order of the ring; or why they are unknown. */
export type Located = { origins: readonly URL[] } | Failed | Aborted;

/** Which origins keep which blob, as any of them reports; cached for a while. */
export class Ring {
  readonly #known = new Map<string, { until: number; origins: readonly URL[] }>();

  constructor(
    private readonly http: TargetHttp,
    private readonly configured: readonly Base[],
    private readonly clock: Clock,
  ) {}

  /** The configured origins themselves, when they answer but do not report it. Never empty. */
  async locate(digest: string, signal: AbortSignal): Promise<Located> {
    const shard = digest.slice('sha256:'.length).slice(0, 4);
    const known = this.#known.get(shard);
    if (known !== undefined && known.until > this.clock.now()) return known;
    const located = await this.#ask(digest, signal);
    if ('origins' in located) {
      this.#known.set(shard, { until: this.clock.now() + KEPT_MS, origins: located.origins });
    }
    return located;
  }

  /** For an origin that a handle names: one of the ring's, as it was when the handle was written. */
  originAt(host: string): URL | undefined {
    const [any] = this.configured;
    return any === undefined ? undefined : originOf(host, any);
  }

  async #ask(digest: string, signal: AbortSignal): Promise<Located> {
    let last: Failed | undefined;
    for (const base of this.configured.slice(0, HOSTS_ASKED)) {
      const reply = await this.http.ask({ method: 'GET', url: at(base.url, locationsPath(digest)) }, signal);
      if (reply.kind === 'aborted') return reply.aborted;
      if (reply.kind === 'failed') {
        last = reply.failed;
        continue;
      }
      const hosts = reply.header('origin-locations')?.split(',') ?? [];
      const origins = hosts.flatMap((host) => originOf(host.trim(), base) ?? []);
      if (reply.status === 200 && origins.length > 0) return { origins };
      return { origins: this.configured.map(({ url }) => url) };
    }
    return last ?? { origins: [] };
  }
}

/** With the scheme of the origin that named it. Where it may lead to is checked when it is connected to. */
function originOf(host: string, { url }: Base): URL | undefined {
  if (!HOST.test(host)) return undefined;
  return URL.canParse(`${url.protocol}//${host}`) ? new URL(`${url.protocol}//${host}`) : undefined;
}
