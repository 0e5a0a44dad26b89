/** Sources: a registry's webhook into events. No clock, no logging, no I/O but for the keys of `oidc` issuers. */
export type { ResolvedAuth } from './auth.js';
export { HMAC_ALGORITHMS, HMAC_ENCODINGS } from './hmac.js';
export { senderOf, storableBody } from './known-kinds.js';
export { oidcFault } from './oidc.js';
export { withoutToken } from './paths.js';
export type { Answer, Opened, QuarantinedBody, RawRequest, RequestHead } from './port.js';
export { keepsWhatIsRefused, type OnFailure, type Sender } from './sender.js';
export type { SourceConfig } from './source.js';
export { sourceFault } from './source-fault.js';
export {
  type Admission,
  createSources,
  type OpenedRequest,
  type Sources,
  type SourcesConfig,
  sourceKinds,
} from './sources.js';
