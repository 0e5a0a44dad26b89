/** The one way from events to durable deliveries: plan, room, enqueue, history, record. */
export type { PublishContext } from './context.js';
export { filterFault } from './filter-fault.js';
export { createPublish, type Publish, type Published, type PublishParts } from './publish.js';
export type { PublishObserver } from './record.js';
export { createRoutes, type PublishedEndpoint, type Routes, testRoutes } from './routes.js';
