/** The recent history of each event: `@longshore/queue/trail`, which implements the port `History` of `event`. */
export { type TrailLimits, trailLimits } from '../trail/limits.js';
export { createTracer } from '../trail/tracer.js';
export { createTrail, type TrailOptions, type TrailWriter } from '../trail/writer.js';
