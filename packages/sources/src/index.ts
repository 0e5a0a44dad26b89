/**
 * Sources: a registry's webhook into events. No clock, no logging, no I/O except for the keys of `oidc` issuers.
 * `@longshore/sources/settings` has what the configuration needs.
 */
export type { ResolvedAuth } from './auth/verifier.js';
export { headerIdentity, storableBody, storableHeaders } from './kept.js';
export { withoutToken } from './paths.js';
export type { RawRequest, RequestHead } from './request.js';
export type { SourcesConfig } from './source.js';
export { createSources, type OpenedRequest, type Sources } from './sources.js';
