/** The kinds of value of a listener: `@longshore/settings/listeners`. */
export { hostName } from './values/host-name.js';
export { network, networkMatcher } from './values/network.js';
export { listen } from './values/scalars.js';
