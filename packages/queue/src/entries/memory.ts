/** What fills Redis, and how fast: `@longshore/queue/memory`. */
export { type Backlog, largestBacklog } from '../pulse/backlog.js';
export { createMemoryHistory, type MemoryHistory, type MemorySample } from '../pulse/memory-history.js';
