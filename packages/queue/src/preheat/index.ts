/** What preheating keeps in Redis: `@longshore/queue/preheat`. */
export type { PreheatMemoryOptions } from './keys.js';
export type { PreheatLease } from './lease.js';
export { createPreheatStore, type PreheatStore } from './memory.js';
export { createPreheatRuns, type PreheatRuns } from './runs.js';
