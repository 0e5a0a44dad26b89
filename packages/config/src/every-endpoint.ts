/** The endpoints of a configuration: those that are written in it, and those that it implies. */
import { type AlertEndpoint, alertEndpoints } from './alert-endpoint.js';
import { type ArchiveEndpoint, archiveEndpoints } from './archive-endpoint.js';
import type { Endpoint } from './endpoint.js';
import type { Config } from './schema.js';

/** Every endpoint that events of sources are routed to: those of `notifications`, and the archive. */
export const routedEndpoints = (config: Config): (Endpoint | ArchiveEndpoint)[] => [
  ...config.notifications.endpoints,
  ...archiveEndpoints(config),
];

/** Every endpoint that has a queue: the routed ones, and those of `alerts`. */
export const everyEndpoint = (config: Config): (Endpoint | ArchiveEndpoint | AlertEndpoint)[] => [
  ...routedEndpoints(config),
  ...alertEndpoints(config),
];
