/** Takes deliveries off the queues and settles them. */
export { type HousekeepingParts, startHousekeeping } from './housekeeping.js';
export { type NamedImage, type PreheatOnceParts, preheatOnce } from './preheat-once.js';
export { createWorker, type Worker, type WorkerParts } from './worker.js';
