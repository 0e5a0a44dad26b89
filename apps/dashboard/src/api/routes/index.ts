/** Every route of the API: all that the pages show and do, and nothing that they do not. */
import type { Operate } from '../../operate/index.js';
import type { Operations } from '../../operate/operations.js';
import type { Route } from '../route.js';
import { deadRoutes } from './dead.js';
import { deliveryRoutes } from './deliveries.js';
import { endpointRoutes } from './endpoints.js';
import { operationRoutes } from './operations.js';
import { quarantineRoutes } from './quarantine.js';

export function routesOf(operate: Operate, operations: Operations): Route[] {
  return [
    ...endpointRoutes(operate),
    ...deliveryRoutes(operate),
    ...deadRoutes(operate, operations),
    ...quarantineRoutes(operate),
    ...operationRoutes(operations),
  ];
}
