/** Takes deliveries off the queues and settles them. */
export { type Alerts, type AlertsParts, startAlerts } from './alerts/alerts.js';
export { type HousekeepingParts, startHousekeeping } from './housekeeping.js';
export { createOwnPublish, type OwnPublish } from './own-publish.js';
export { type NamedImage, type PreheatOnceParts, preheatOnce } from './preheat-once.js';
export { createWorker, type Worker, type WorkerParts } from './worker.js';
