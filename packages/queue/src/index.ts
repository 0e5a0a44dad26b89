/**
 * All of Redis and BullMQ: what an event meets on its way. Nothing outside of this package knows their names.
 * What an operator looks at and changes is in `operator.ts`.
 */

export type { Collapse } from './collapse.js';
export { connect, type Profile, type RedisAddress, type RedisClient } from './connection.js';
export type {
  Consumer,
  ConsumerOptions,
  ConsumerSettings,
  TakenAttempt,
  UnreadableJob,
} from './consumer.js';
export { createLeader, type Leader } from './leader.js';
export { createMonitor, type Monitor, RELIEVE_FROM, type RedisHealth, troubleIn } from './monitor.js';
export {
  createProducer,
  type EnqueuedDelivery,
  EnqueueRefused,
  type PlannedDelivery,
  type Producer,
} from './producer.js';
export { type AlertStore, createAlertStore } from './pulse/alert-store.js';
export { createPulse, type LastError, type NotedAttempt, type PulseWriter } from './pulse/pulse.js';
export { createRetention, type Finished, type KeepLimits, type Retention } from './retention.js';
export { type AttemptVerdict, judge, longestDelay, type RetryPolicy, type Verdict } from './retry.js';
export { sweepAgenda } from './take/agenda.js';
export { createTakeLoop, type TakeLoop } from './take/loop.js';
export type { TakeReport } from './take/report.js';
export type { HoldSettings, TakeSettings } from './take/settings.js';
export { isTransient } from './transient.js';
