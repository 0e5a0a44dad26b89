/** A client of the OCI distribution API. */
export { openRegistry } from './client.js';
export { RegistryError, type RegistryErrorKind } from './error.js';
export type { Manifest } from './manifest.js';
export type { Drained, RateLimit, Registry, RegistryAuth, RegistryOptions } from './port.js';
