/** Events as rows have them, and as deliveries again. */
export { digestBytes, digestText } from '../db/digest.js';
export {
  rowId,
  type StoredColumns,
  type StoredDelivery,
  unpackDelivery,
  unpackPayload,
} from '../write/stored.js';
