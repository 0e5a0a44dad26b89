/** Takes deliveries and settles them: `@longshore/queue/consumer`. */
export {
  type Consumer,
  type ConsumerOptions,
  createConsumer,
  type TakenAttempt,
  type UnreadableJob,
} from '../consumer.js';
export { type AttemptVerdict, judge, longestDelay, type RetryPolicy, type Verdict } from '../retry.js';
