/** Statistics of each endpoint's attempts, and its state: `@longshore/queue/pulse`. */
export {
  ENDPOINT_STATES,
  type EndpointStateName,
  type EndpointSwitches,
  stateOf,
  TROUBLED_STATES,
} from '../pulse/endpoint-state.js';
export { createPulse, type LastError, type NotedAttempt, type PulseWriter } from '../pulse/pulse.js';
export { createPulseReader, type EndpointPulse, type PulseReader } from '../pulse/pulse-reader.js';
