/** `fetch` under the rules of egress, with the certificates of a setting: for libraries that take one (jose, openid-client). */
import { createRequire } from 'node:module';
import { Egress } from './egress/egress.js';
import { destinationOf, guardedLookup } from './egress/lookup.js';
import { secureOptions, type TlsOptions } from './tls/options.js';
import type { Trust } from './trust/trust.js';

const require = createRequire(import.meta.url);

/** What the connections depend on. The operator wrote the urls. */
export interface FetchOptions {
  egress?: Egress;
  tls?: TlsOptions;
  /** Default: node's own list. */
  trust?: Trust;
}

/** Redirects are not followed: an answer may not choose where a request leads to. */
export const createFetch = (options: FetchOptions = {}): typeof fetch => openFetch(options).fetch;

/** As {@link createFetch}; `close` ends what is in flight, and its connections. */
export function openFetch({ egress = new Egress(), tls, trust }: FetchOptions): {
  fetch: typeof fetch;
  close(): Promise<void>;
} {
  // Loaded with the first one: most commands that read the configuration fetch nothing, and it costs 80 ms of CPU.
  const { Agent, buildConnector, fetch: undiciFetch } = require('undici') as typeof import('undici');
  const secure = secureOptions(tls, trust);
  const dispatcher = new Agent({
    connect(options, done) {
      const { hostname, port, protocol } = options;
      try {
        const url = new URL(`${protocol}//${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`);
        const where = destinationOf(url);
        const lookup = guardedLookup(url, (address) => egress.refusal(where, address));
        buildConnector({ ...secure(), lookup })({ ...options, ...secure() }, done);
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)), null);
      }
    },
  });
  const guarded = (input: string | URL, init?: object) =>
    undiciFetch(input, { ...init, redirect: 'manual', dispatcher });
  // the same code as node's own fetch, whose types come from another version of it
  return { fetch: guarded as unknown as typeof fetch, close: () => dispatcher.destroy() };
}
