/** Takes a registry's webhook; answers once it is durable. */
export { createIngest, type Ingest, type IngestParts } from './ingest.js';
export { readRequest } from './read-request.js';
export type { Taken } from './receipt.js';
export { createReplayer, type Replayer, type ReplayParts } from './replay.js';
export { createRepublisher, type Republisher, type RepublishParts } from './republish.js';
