/** How a connection to another machine comes about: whom it trusts. Where it may lead is `@longshore/network/egress`. */
export { createFetch } from './fetch.js';
export { addressTimeout, TlsAgent, withoutDot } from './tls/agent.js';
export { expiryOf, tlsFault } from './tls/certificates.js';
export { type SecureOptions, secureOptions, type TlsOptions } from './tls/options.js';
export { systemTrust } from './trust/system.js';
export { createTrust, type Trust } from './trust/trust.js';
