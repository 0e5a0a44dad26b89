/** Takes deliveries and settles them: `@longshore/queue/consumer`. */
export type { Consumer, ConsumerOptions, TakenAttempt, UnreadableJob } from '../consumer.js';
export {
  type AttemptVerdict,
  judge,
  longestDelay,
  type RetryPolicy,
  type Verdict,
} from '../retry.js';
export { createTakeLoop } from '../take/loop.js';
export type { TakeSettings } from '../take/settings.js';
