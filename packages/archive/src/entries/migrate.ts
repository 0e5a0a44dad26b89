/** What is alive in the archive, as a plan for a tool that copies: `@longshore/archive/migrate`. */
export { PLAN_FORMATS, type PlanFormat, writePlan } from '../migrate/formats.js';
export { lastPulledFirst } from '../migrate/order.js';
export { type PlanFilter, type PlannedTag, type PlanParts, planTags } from '../migrate/plan.js';
