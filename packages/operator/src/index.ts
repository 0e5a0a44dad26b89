/**
 * What an operator sees and does, without HTTP: the service behind the command line, the API and the pages. How it is
 * shown is in `format`, its JSON in `answers`, the schemas of both in `schemas`.
 */
export { createAdminService } from './admin-service.js';
export type { EndpointOverview } from './endpoints.js';
export type {
  AdminService,
  BlockedEndpoint,
  Listing,
  QuarantineGroup,
  QuarantineRetry,
  Replay,
  RetryPreview,
} from './port.js';
export { type DeadLetterQuery, type QuarantineQuery, requireFilterOrAll } from './query.js';
