/** The events of one request, as ingest would read them. Nothing is verified, enqueued or recorded. */
import type { Config } from '@longshore/config';
import { createSources, type OpenedRequest, type RawRequest } from '@longshore/sources';
import { sourcesConfig } from './sources-config.js';

/**
 * @param source its name; empty: the request itself shows it, as on the shared path
 * @throws LongshoreError SECRET_MISSING, REQUEST_INVALID for a name that is no source
 */
export function readRequest(config: Config, source: string, raw: RawRequest): OpenedRequest {
  return createSources(sourcesConfig(config)).reopen(source, raw);
}
