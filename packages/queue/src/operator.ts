/** What an operator looks at and changes: `@longshore/queue/operator`. */
export { createInspector, type Inspector, type QueueCounts } from './inspector.js';
export {
  createQuarantine,
  type Quarantine,
  type Quarantined,
  type QuarantineEntry,
  quarantineLimits,
} from './quarantine.js';
