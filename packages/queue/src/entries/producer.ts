/** Adds deliveries: `@longshore/queue/producer`. */
export type { Collapse } from '../collapse.js';
export {
  createProducer,
  type EnqueuedDelivery,
  EnqueueRefused,
  type PlannedDelivery,
  type Producer,
} from '../producer.js';
export { createReplication, type Replication, type WaitSettings } from '../replication.js';
