/** Redis examined for an operator: `@longshore/queue/examine`. */
export { examineRedis, type RedisFacts } from '../examine/examine.js';
export { examineSentinels, type SentinelFacts } from '../examine/sentinels.js';
export type { ServerFacts } from '../examine/server-facts.js';
export { unattended } from '../examine/unattended.js';
export { createProcesses, PROCESS_INTERVAL_MS, type Process, type Processes } from '../operate/processes.js';
