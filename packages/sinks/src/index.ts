/** Delivery into Outcome: one attempt at one receiver. */
export { TokenSources } from './http/authorization/tokens.js';
export type { HttpSinkOptions } from './http/index.js';
export { openSink, type SinkOptions } from './registry.js';
export type { Attempt, AttemptResult, Deferred, SendResult, Sink } from './sink.js';
