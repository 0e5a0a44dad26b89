/** What the live configuration says about a request: who may send it, and who gets its events. */
import { type Config, routedEndpoints } from '@longshore/config';
import { createRoutes, type Routes } from '@longshore/publish';
import { createSources, type Sources } from '@longshore/sources';
import { type ClientAddress, clientAddress } from './client-address.js';
import { sourcesConfig } from './sources-config.js';

/** Each is asked for at each request. */
export interface Current {
  sources(): Sources;
  routes(): Routes;
  clientAddress: ClientAddress;
  /**
   * Checks whether a configuration can be put to work, without any effect yet.
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
    routes: () => now.routes,
    clientAddress: (request) => now.clientAddress(request),
    prepare(next) {
      const ready = read(next);
      return () => {
        now = ready;
      };
    },
  };
}

function read(config: Config) {
  return {
    sources: createSources(sourcesConfig(config)),
    routes: createRoutes(routedEndpoints(config)),
    clientAddress: clientAddress(config.ingest.proxy),
  };
}
