/** What an endpoint of kind preheat is opened with, and what it remembers. */
export { createLocalMemory } from '../preheat/local-memory.js';
export type { PreheatMemory } from '../preheat/memory.js';
export type { PreheatSinkOptions } from '../preheat/options.js';
export type { TargetOptions } from '../preheat/targets/kinds.js';
