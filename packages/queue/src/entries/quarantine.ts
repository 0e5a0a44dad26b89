/** What could not be read: `@longshore/queue/quarantine`. */
export {
  createQuarantine,
  type Quarantine,
  type Quarantined,
  type QuarantineEntry,
  type QuarantineFilter,
  quarantineLimits,
} from '../operate/quarantine.js';
