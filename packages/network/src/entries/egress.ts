/** Where a connection may lead to: `@longshore/network/egress`. */
export { Egress, EgressRefused, type EgressRules, type Named } from '../egress/egress.js';
export { type AddressKind, kindOfAddress } from '../egress/kinds.js';
export { addressesOf, destinationOf, guardedLookup } from '../egress/lookup.js';
export { type Destination, Networks, networkOf } from '../egress/networks.js';
