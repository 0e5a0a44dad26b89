/** Routing: which endpoints get an event, and why the others do not. Pure. */
export { createRouter, type Plan, type Router } from './plan.js';
export {
  compileRules,
  type Ignores,
  type OnFault,
  type RoutedEndpoint,
  RULES,
  type Rule,
  type Subject,
} from './rules.js';
export { compileFilter, type Filter } from './where.js';
