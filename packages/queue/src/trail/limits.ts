/** How large the trail may grow. */

/** How much is kept; whichever is reached first, the oldest go. */
export interface TrailLimits {
  /** Milliseconds; 0: nothing is noted. */
  age: number;
  /** Events received. */
  count: number;
  /** Of Redis' memory, about. */
  bytes: number;
}

/** The trail must not crowd out deliveries. */
const MAX_SHARE = 0.05;

/** `retention.trail`, in a Redis with so many bytes of maxmemory. */
export const trailLimits = (limits: TrailLimits, maxmemory: number): TrailLimits => ({
  ...limits,
  bytes: Math.min(limits.bytes, Math.floor(maxmemory * MAX_SHARE)),
});
