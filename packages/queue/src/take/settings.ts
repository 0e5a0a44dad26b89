/** What the scripts that take and settle know of an endpoint's settings. They travel with each call, so a change holds at once. */

/** When an endpoint that looks down is held. Times in milliseconds. */
export interface HoldSettings {
  /** Failures in a row by an outage reason. */
  after: number;
  /** Until the first probe, and the longest between two. */
  probeMs: number;
  maxProbeMs: number;
  /** The longest hold. */
  forMs: number;
  /** Digest of the url: a changed one is probed at once. */
  url?: string;
  /** What died of the outage is delivered when it is over. */
  revive: boolean;
}

/** Settings of an endpoint that decide what may be taken. */
export interface TakeSettings {
  /** In flight at once, over all workers of all processes. */
  concurrency: number;
  hold?: HoldSettings;
  /** Requests, over all workers. */
  rate?: { count: number; perMs: number };
  order: 'none' | 'repository' | 'endpoint';
  /** Several deliveries in one request: so many, of so many bytes together, after so long a wait. */
  batch?: { events: number; waitMs: number; bytes: number };
  /** The longest that a `Retry-After` can pause the endpoint. */
  maxBackoffMs: number;
}
