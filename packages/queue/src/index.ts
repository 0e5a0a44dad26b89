/** All of Redis and BullMQ. Nothing outside of this package knows their names. */
export { connect, type Profile, type RedisAddress, type RedisClient } from './connection.js';
export { type Consumer, type ConsumerOptions, createConsumer } from './consumer.js';
export { createInspector, type Inspector, type QueueCounts } from './inspector.js';
export { createJanitor, type Expired, type Janitor, type Retention } from './janitor.js';
export { createMonitor, type Monitor, type RedisHealth } from './monitor.js';
export { createProducer, type Enqueued, type Producer } from './producer.js';
export {
  createQuarantine,
  type Quarantine,
  type Quarantined,
  type QuarantineEntry,
  quarantineLimits,
} from './quarantine.js';
export { type AttemptVerdict, judge, type RetryPolicy, type Verdict } from './retry.js';
