/** What the configuration of now says about a request: who may send it, who gets its events, and what collapses. */
import type { Config } from '@longshore/config';
import { createRouter, type Router } from '@longshore/routing';
import { createSources, type Sources } from '@longshore/sources';
import { sourcesConfig } from './sources-config.js';

/** Each is asked for at each request. */
export interface Current {
  sources(): Sources;
  router(): Router;
  /** Milliseconds in which equal facts are told once, of the endpoints that collapse them. */
  windows(): ReadonlyMap<string, number>;
  /**
   * Looks whether a configuration can be put to work, without any effect yet.
   * @returns what puts it to work, from the next request on; never fails
   * @throws LongshoreError SECRET_MISSING
   */
  prepare(config: Config): () => void;
}

/** @throws LongshoreError SECRET_MISSING */
export function createCurrent(config: Config): Current {
  let now = read(config);
  return {
    sources: () => now.sources,
    router: () => now.router,
    windows: () => now.windows,
    prepare(next) {
      const ready = read(next);
      return () => {
        now = ready;
      };
    },
  };
}

function read(config: Config) {
  const { endpoints } = config.notifications;
  const collapsing = endpoints.filter(({ collapse }) => collapse > 0);
  return {
    sources: createSources(sourcesConfig(config)),
    router: createRouter(endpoints),
    windows: new Map(collapsing.map(({ name, collapse }) => [name, collapse])),
  };
}
