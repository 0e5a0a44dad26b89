/** The endpoints of a configuration by kind. For tests only; not part of what the package exports. */
import type { HttpEndpoint, PreheatEndpoint } from '../endpoint.js';
import type { Config } from '../schema.js';

/** Those that events are posted to. */
export const httpEndpoints = (config: Config | undefined): HttpEndpoint[] =>
  config?.notifications.endpoints.filter((endpoint) => endpoint.kind === 'http') ?? [];

/** Those that warm caches. */
export const preheatEndpoints = (config: Config | undefined): PreheatEndpoint[] =>
  config?.notifications.endpoints.filter((endpoint) => endpoint.kind === 'preheat') ?? [];
