/** Every route of the API: the same functions as the pages. */
import type { ArchiveReader } from '@longshore/archive/read';
import type { AdminService } from '@longshore/operator';
import type { BulkJobs } from '@longshore/operator/bulk';
import type { Route } from '../route.js';
import { archiveRoutes } from './archive.js';
import { configurationRoutes } from './configuration.js';
import { deadRoutes } from './dead.js';
import { deliveryRoutes } from './deliveries.js';
import { endpointRoutes } from './endpoints.js';
import { explainRoutes } from './explain.js';
import { operationRoutes } from './operations.js';
import { quarantineRoutes } from './quarantine.js';
import { replayRoutes } from './replay.js';

/** In the order of the OpenAPI document. @param archive absent: the configuration has none */
export function routesOf(admin: AdminService, jobs: BulkJobs, archive?: ArchiveReader): Route[] {
  return [
    ...endpointRoutes(admin),
    ...deliveryRoutes(admin),
    ...explainRoutes(admin),
    ...deadRoutes(admin, jobs),
    ...quarantineRoutes(admin),
    ...replayRoutes(jobs),
    ...operationRoutes(jobs),
    ...configurationRoutes(admin),
    ...archiveRoutes(archive),
  ];
}
