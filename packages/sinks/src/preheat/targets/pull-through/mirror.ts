/**
 * The cache as a registry: one client for each upstream that it is asked about, with the target's own
 * credentials and never with those of the upstream.
 *
 * A secret is looked up for every call. When it has changed, new calls get a new client, and the old one is
 * closed after its last call.
 */
import { trimEnd } from '@longshore/event';
import { openRegistry, type Registry, type RegistryAuth, RegistryError } from '@longshore/registry-client';
import { maskFor } from '../../../http/answer-text.js';
import { credentialsOf, revealed, userOf } from '../credentials.js';
import { type Base, baseOf } from '../place.js';
import { withoutSecrets } from '../scrub.js';
import type { WarmImage } from '../target.js';
import type { PullThroughOptions } from './settings.js';

/** What containerd calls Docker Hub in `ns`, for each of its host names. */
const DOCKER_HUB = /^(registry-1|index)\.docker\.io$/;

interface Opened {
  registry: Registry;
  /** What it was opened with. */
  auth: string;
  calls: number;
}

/** The cache as a registry that is read from; its clients are shared and closed with it. */
export class Mirror {
  readonly #current = new Map<string, Opened>();
  readonly #opened = new Set<Opened>();
  #closed = false;

  readonly #base: Base | undefined;
  /** Why the url cannot be used, in words. */
  readonly problem: string | undefined;

  constructor(private readonly options: PullThroughOptions) {
    const base = baseOf(options.url, 'the target’s url');
    if ('problem' in base) this.problem = base.problem;
    else this.#base = base;
  }

  /** @throws what `use` throws; RegistryError for settings that cannot be used */
  async use<Result>(image: WarmImage, use: (registry: Registry) => Promise<Result>): Promise<Result> {
    const opened = this.#open(this.options.ns === true ? upstreamOf(image) : '');
    opened.calls++;
    try {
      return await use(opened.registry);
    } finally {
      opened.calls--;
      this.#closeIfOld(opened);
    }
  }

  /** The image's repository as the cache names it. */
  repositoryOf({ repository }: WarmImage): string {
    const prefix = trimEnd((this.options.prefix ?? '').replace(/^\/+/, ''), '/');
    return prefix === '' ? repository : `${prefix}/${repository}`;
  }

  /** A text of the cache as people may see it. */
  show(text: string): string {
    try {
      const secrets = this.#base === undefined ? [] : credentialsOf(this.options, this.#base).secrets;
      return withoutSecrets(maskFor(secrets)(text));
    } catch {
      // no secret was found, so none was sent
      return withoutSecrets(text);
    }
  }

  get closed(): boolean {
    return this.#closed;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#opened].map(({ registry }) => registry.close()));
  }

  #open(ns: string): Opened {
    const auth = authOf(this.options, this.#base?.authorization);
    const known = this.#current.get(ns);
    const opens = JSON.stringify(auth ?? 'anonymous');
    if (known?.auth === opens) return known;
    const { timeout, userAgent, tls, trust, egress, headers, realms, addresses } = this.options;
    const query = ns === '' ? {} : { query: { ns } };
    const registry = openRegistry({
      url: this.#base?.url.href ?? '',
      timeout,
      userAgent,
      tls,
      egress,
      trust,
      headers,
      auth,
      trusted: { realms, addresses, settings: 'the target’s ' },
      ...query,
    });
    const opened = { registry, auth: opens, calls: 0 };
    this.#current.set(ns, opened);
    this.#opened.add(opened);
    if (known !== undefined) this.#closeIfOld(known);
    return opened;
  }

  #closeIfOld(opened: Opened): void {
    if (opened.calls > 0 || [...this.#current.values()].includes(opened)) return;
    this.#opened.delete(opened);
    void opened.registry.close();
  }
}

function upstreamOf({ registry }: WarmImage): string {
  const host = URL.canParse(registry) ? new URL(registry).host : registry;
  return DOCKER_HUB.test(host) ? 'docker.io' : host;
}

/** @throws RegistryError when a secret cannot be had */
function authOf({ auth }: PullThroughOptions, userinfo: string | undefined): RegistryAuth | undefined {
  try {
    if (auth?.bearer !== undefined) return { bearer: revealed(auth.bearer).trim() };
    const user = userOf(auth);
    if (user !== undefined) return user;
  } catch (error) {
    throw new RegistryError(
      'credentials',
      error instanceof Error ? error.message : 'a secret cannot be read',
    );
  }
  if (userinfo === undefined) return undefined;
  const [username = '', ...rest] = Buffer.from(userinfo.replace('Basic ', ''), 'base64')
    .toString()
    .split(':');
  return { username, password: rest.join(':') };
}
