/** Delivery into Outcome: one attempt at one receiver. */
export type { HttpSinkOptions } from './http/index.js';
export { openSink, SINK_KINDS, type SinkKind, type SinkOptions } from './registry.js';
export type { Attempt, SendResult, Sink } from './sink.js';
