/** Endpoints that are held: `@longshore/queue/hold`. */
export {
  createHoldReader,
  createHoldSwitch,
  type Hold,
  type HoldReader,
  type HoldSwitch,
} from '../hold/hold.js';
