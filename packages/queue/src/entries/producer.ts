/** Adds deliveries: `@longshore/queue/producer`. */
export type { Collapse } from '../collapse.js';
export {
  createProducer,
  type EnqueuedDelivery,
  EnqueueRefused,
  type PlannedDelivery,
  type Producer,
} from '../producer.js';
