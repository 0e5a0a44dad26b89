/**
 * A client of the OCI distribution API, and the walk over an image.
 *
 * `openRegistry(options: RegistryOptions): Registry` and
 * `walk(registry: Registry, start: WalkStart, policy: WalkPolicy, signal: AbortSignal): Promise<Walked>`.
 */
export { RegistryError, type RegistryErrorKind } from './error.js';
export type { Descriptor, Manifest, ManifestKind, Platform } from './manifest.js';
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
export type { SkipReason, Skipped, Walked, WalkedItem, WalkPolicy, WalkStart } from './walk-types.js';
