/** File and environment into configuration: one schema, read as the registry reads its own. */

export { type Env, environment, useUtc } from '@longshore/settings/environment';
export type { Listen } from '@longshore/settings/format';
export { durationOf, isLoopback, maskedUrl, nearest } from '@longshore/settings/format';
export { networkMatcher } from '@longshore/settings/listeners';
export { resolved, revealAll } from '@longshore/settings/resolved';
export { revealed, Secret } from '@longshore/settings/secrets';
export type { AlertConfig } from './alert.js';
export { type AlertEndpoint, alertEndpointName, alertEndpoints } from './alert-endpoint.js';
export { ARCHIVE_ENDPOINT, type ArchiveEndpoint, type ArchiveSettings } from './archive-endpoint.js';
export type { CopySettings } from './copy.js';
export { type DashboardRole, ROLES } from './dashboard.js';
export { type Described, describe } from './describe.js';
export type { CopyEndpoint, Endpoint, HttpEndpoint, PreheatEndpoint } from './endpoint.js';
export { everyEndpoint, routedEndpoints } from './every-endpoint.js';
export { fileReferences } from './file-references.js';
export { givingUpTimes } from './giving-up.js';
export { SOURCE_KINDS } from './kinds.js';
export type { PreheatSettings } from './preheat.js';
export { formatProblem, type Problem } from './problem.js';
export { proxyTo } from './proxy.js';
export { loadConfig, type ReadConfig, readConfig } from './read.js';
export type { RegistrySettings } from './registries.js';
export type { Auth, Config, SourceConfig } from './schema.js';
export { type DescribedSender, describeSenders, isSpooled } from './senders.js';
export { signOptions } from './sign.js';
export { sourceNames } from './source-names.js';
export { certificateExpiries, type Expiry, isInsecure } from './tls-blocks.js';
