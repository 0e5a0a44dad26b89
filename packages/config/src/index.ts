/** File and environment into configuration: one schema, read as the registry reads its own. */
export type { AlertConfig } from './alert.js';
export { certificatePlaces } from './certificates.js';
export { type Described, describe } from './describe.js';
export type { Endpoint } from './endpoint.js';
export { type Env, environment } from './environment.js';
export { nearest } from './nearest.js';
export type { PreheatSettings, PreheatTarget } from './preheat.js';
export { formatProblem, type Problem } from './problem.js';
export { proxyFor } from './proxy.js';
export { loadConfig, type ReadConfig, readConfig } from './read.js';
export type { Auth, Config, SourceConfig } from './schema.js';
export { Secret } from './secret.js';
export { type DescribedSender, describeSenders, isSpooled } from './senders.js';
export { sourceNames } from './source-names.js';
export { durationOf } from './values/duration.js';
export type { Listen } from './values/listen.js';
export { isLoopback } from './values/loopback.js';
export { maskedUrl } from './values/masked-url.js';
