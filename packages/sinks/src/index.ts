/** Delivery into Outcome: one attempt at one receiver. */
export { createTrust, type Trust } from '@longshore/registry-client';
export type { HttpSinkOptions } from './http/index.js';
export { createLocalMemory } from './preheat/local-memory.js';
export type { PreheatMemory } from './preheat/memory.js';
export type { PreheatSinkOptions } from './preheat/options.js';
export type { TargetOptions } from './preheat/targets/kinds.js';
export { openSink, type SinkOptions } from './registry.js';
export type { Attempt, AttemptResult, Deferred, SendResult, Sink } from './sink.js';
