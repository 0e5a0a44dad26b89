/** Deliveries of any state, one by one: `@longshore/queue/deliveries`. */
export {
  createDeliveries,
  type Deliveries,
  type StoredDelivery,
  type StoredDeliveryDetail,
} from '../operate/deliveries.js';
export { DELIVERY_STATES, type ListedState } from '../operate/look.js';
export type { StoredEvent } from '../operate/stored.js';
