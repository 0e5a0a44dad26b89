/** The registries that images are read from, one client each. There are few; the least used is closed. */
import { openRegistry, type Registry } from '@longshore/registry-client';
import type { PreheatRegistry } from './options.js';

const MOST = 20;

/** Opens them as they are needed. */
export class Registries {
  readonly #open = new Map<string, Registry>();
  /** How many deliveries need it now: closed, it would end their requests. */
  readonly #held = new Map<string, number>();

  constructor(
    private readonly settings: PreheatRegistry,
    private readonly userAgent: string,
  ) {}

  /** It is not closed until what is returned is called. */
  hold(url: string): () => void {
    this.#held.set(url, (this.#held.get(url) ?? 0) + 1);
    return () => {
      const left = (this.#held.get(url) ?? 1) - 1;
      if (left > 0) this.#held.set(url, left);
      else this.#held.delete(url);
    };
  }

  /** @param url base url */
  at(url: string): Registry {
    const known = this.#open.get(url);
    this.#open.delete(url);
    const { hosts: _hosts, concurrency: _concurrency, trusted, ...options } = this.settings;
    // The sender of an event chooses its url; `hosts` says which names it may have, and not where they lead to.
    const own = options.url !== undefined;
    // Over http any host on the path could read them, and an event could cause that.
    const auth = options.url === undefined && isPlain(url) ? undefined : options.auth;
    const opened = { ...options, auth, trusted: { ...trusted, own }, url, userAgent: this.userAgent };
    const registry = known ?? openRegistry(opened);
    this.#open.set(url, registry);
    const oldest = [...this.#open].find(([one]) => one !== url && !this.#held.has(one));
    if (oldest && this.#open.size > MOST) {
      this.#open.delete(oldest[0]);
      void oldest[1].close();
    }
    return registry;
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#open.values(), (registry) => registry.close()));
  }
}

/** Leaves this machine without encryption. */
function isPlain(text: string): boolean {
  const { protocol, hostname } = new URL(text);
  return protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
