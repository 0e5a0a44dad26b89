/** What preheating keeps in Redis: `@longshore/queue/preheat`. */
export type { PreheatMemoryOptions } from '../preheat/keys.js';
export type { PreheatLease } from '../preheat/lease.js';
export { createPreheatStore, type PreheatStore } from '../preheat/memory.js';
export { createPreheatRuns, type PreheatRuns } from '../preheat/runs.js';
