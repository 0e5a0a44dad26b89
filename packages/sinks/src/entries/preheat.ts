/** What an endpoint of kind preheat or copy is opened with, and what it remembers. */
export type { CopySinkOptions } from '../copy/options.js';
export { createLocalMemory } from '../preheat/local-memory.js';
export type { PreheatMemory } from '../preheat/memory.js';
export type { PreheatSinkOptions } from '../preheat/options.js';
export type { TargetOptions } from '../preheat/targets/kinds.js';
