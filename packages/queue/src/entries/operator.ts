/** Endpoints as an operator sees and switches them: `@longshore/queue/operator`. */
export { createInspector, type Inspector, type QueueCounts } from '../inspector.js';
export { createRefusals, REFUSAL_INTERVAL_MS, type Refusal } from '../operate/config-refused.js';
export { createOperations, type Operations } from '../operate/operations.js';
export { createPauses, type Pause, type Pauses } from '../operate/pauses.js';
