/** A client of the OCI distribution API, and the walk over an image. */
export { type AddressKind, kindOfAddress, Networks } from './address-kinds.js';
export { addressesOf, guardedLookup } from './addresses.js';
export { openRegistry } from './client.js';

export type { Descriptor, Platform } from './descriptor.js';
export { RegistryError, type RegistryErrorKind } from './error.js';
export type { Manifest, ManifestKind } from './manifest.js';
export { platformText } from './platform.js';
export type {
  Drained,
  DrainOptions,
  Expected,
  RateLimit,
  Registry,
  RegistryAuth,
  RegistryOptions,
  Trusted,
} from './port.js';
export { addressTimeout, TlsAgent } from './tls-agent.js';
export { type CertificatePlaces, createTrust, type Trust } from './trust.js';
export { DEFAULT_POLICY, walk } from './walk.js';
export type {
  Skipped,
  SkipReason,
  Walked,
  WalkedItem,
  WalkPolicy,
  WalkProblem,
  WalkStart,
} from './walk-types.js';
