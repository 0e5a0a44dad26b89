/** What the live configuration says about a request: who may send it, and who gets its events. */
import { type Config, routedEndpoints } from '@longshore/config';
import { createRoutes, filterFault, type Routes } from '@longshore/publish';
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

/** @param observer of filters that fail; the worker sees them too @throws LongshoreError SECRET_MISSING */
export function createCurrent(config: Config, observer?: Parameters<typeof filterFault>[0]): Current {
  const onFault = observer && filterFault(observer);
  let now = read(config, onFault);
  return {
    sources: () => now.sources,
    routes: () => now.routes,
    clientAddress: (request) => now.clientAddress(request),
    prepare(next) {
      const ready = read(next, onFault);
      return () => {
        now = ready;
      };
    },
  };
}

function read(config: Config, onFault?: ReturnType<typeof filterFault>) {
  return {
    sources: createSources(sourcesConfig(config)),
    routes: createRoutes(routedEndpoints(config), onFault),
    clientAddress: clientAddress(config.ingest.proxy),
  };
}
