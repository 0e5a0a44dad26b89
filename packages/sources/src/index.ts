/** Sources: a registry's webhook into events. Pure: no I/O, no clock, no logging. */
export type { ResolvedAuth } from './auth.js';
export type { Opened, QuarantinedBody, RawRequest } from './port.js';
export type { SourceConfig } from './source.js';
export {
  createSources,
  type OpenedRequest,
  type Sources,
  type SourcesConfig,
  sourceKinds,
} from './sources.js';
