/** Is this process busy? Looked at 50 times a second at most, since the look itself costs a microsecond. */
import { performance } from 'node:perf_hooks';

const POLL_INTERVAL_MS = 20;
/** Share of the time in which the event loop had work to do. */
const BUSY = 0.6;

/** @returns whether the event loop was busy in the last 20 ms and more, as far as it has been asked */
export function createBusy(): () => boolean {
  let before = performance.eventLoopUtilization();
  let at = performance.now();
  let busy = false;
  return () => {
    const now = performance.now();
    if (now - at < POLL_INTERVAL_MS) return busy;
    const seen = performance.eventLoopUtilization();
    busy = performance.eventLoopUtilization(seen, before).utilization > BUSY;
    before = seen;
    at = now;
    return busy;
  };
}
