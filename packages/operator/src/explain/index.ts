/** The dry run of an event: `@longshore/operator/explain`. */
export { MOST_EVENTS } from './events.js';
export { explainEvents } from './explain.js';
export { sampleFound } from './methods.js';
export type { ExplainedEndpoint, ExplainedEvent, Explanation, FoundEvent, Preview } from './port.js';
export { EXPLAINED_FROM, explainedLines, verdictOf } from './text.js';
