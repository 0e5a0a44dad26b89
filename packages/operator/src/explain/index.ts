/** The dry run of an event, and a configuration compared with another: `@longshore/operator/explain`. */
export { MOST_EVENTS } from './events.js';
export { type ExplainParts, explainEvents } from './explain.js';
export { sampleFound } from './methods.js';
export type {
  ExplainedEndpoint,
  ExplainedEvent,
  ExplainedRequest,
  Explanation,
  FoundEvent,
  Preview,
  Trial,
} from './port.js';
export { EXPLAINED_FROM, explainedLines, verdictOf } from './text.js';
