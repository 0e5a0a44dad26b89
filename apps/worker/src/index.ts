/** Takes deliveries off the queues and settles them. */

export { startAlerts } from './alerts/alerts.js';
export { createArchiveKeep } from './archive-keep.js';
export { type CopyOnceParts, copyOnce } from './copy-once.js';
export { startHistoryCopy } from './history-copy.js';
export { startHousekeeping } from './housekeeping.js';
export { startImages } from './images/images.js';
export { createOwnPublish } from './own-publish.js';
export { type PreheatOnceParts, preheatOnce } from './preheat-once.js';
export { createWorker } from './worker.js';
