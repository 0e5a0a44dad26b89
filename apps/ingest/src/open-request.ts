import type { OpenedRequest, RawRequest } from '@longshore/sources';

/** A request that was verified, with what its source has read in it. */
export interface OpenRequest {
  opened: OpenedRequest;
  raw: RawRequest;
  /** `performance.now()` at which the work on it began. */
  started: number;
}
