/** Whose backlog is the largest: what to look at first when Redis fills up. */
import type { EndpointPulse } from './pulse-reader.js';

/** Deliveries of an endpoint that are not settled yet. */
export interface Backlog {
  endpoint: string;
  deliveries: number;
}

/** Undefined when nothing waits anywhere. */
export function largestBacklog(
  pulses: readonly Pick<EndpointPulse, 'endpoint' | 'waiting' | 'active' | 'delayed'>[],
): Backlog | undefined {
  let largest: Backlog | undefined;
  for (const { endpoint, waiting, active, delayed } of pulses) {
    const deliveries = waiting + active + delayed;
    if (deliveries > (largest?.deliveries ?? 0)) largest = { endpoint, deliveries };
  }
  return largest;
}
