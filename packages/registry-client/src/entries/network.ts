/** Which addresses may be connected to, and how: for other clients that follow a name from outside. */
export { type AddressKind, kindOfAddress, Networks } from '../address-kinds.js';
export { addressesOf, guardedLookup } from '../addresses.js';
export { addressTimeout, TlsAgent } from '../tls-agent.js';
