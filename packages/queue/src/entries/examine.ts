/** Redis examined for an operator: `@longshore/queue/examine`. */
export { examineRedis, type RedisFacts } from '../examine/examine.js';
export type { ServerFacts } from '../examine/server-facts.js';
