/** The recent history of each event: `@longshore/queue/trail`, which implements the port `History` of `event`. */

export { createTrailFeed } from '../trail/feed.js';
export { type TrailLimits, trailLimits } from '../trail/limits.js';
export { createTracer, type TracerParts } from '../trail/tracer.js';
export { createTrail, type DropReason, type TrailOptions, type TrailWriter } from '../trail/writer.js';
