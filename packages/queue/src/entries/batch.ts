/** Requests with several deliveries, and the verdicts on their members: `@longshore/queue/batch`. */
export { groupMadeAt, newGroup } from '../batch/group.js';
export { type BatchRules, judgeBatch, type SentBatch } from '../batch/judge-batch.js';
export type { BatchHandle, TakenBatch, TakenMember } from '../consumer.js';
export type { BatchStage, RetryGroup } from '../retry.js';
