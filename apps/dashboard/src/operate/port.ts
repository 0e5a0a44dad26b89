/**
 * What an operator looks at and does: the face that the command line, the API and the pages share. Texts go in as
 * they were written; what cannot be understood is REQUEST_INVALID.
 */
import type { Config } from '@longshore/config';
import type { PreheatRun } from '@longshore/event';
import type { RedisClient } from '@longshore/queue';
import type {
  BulkProgress,
  BulkResult,
  DeadLetter,
  DeadLetterDetail,
  ListedState,
  Quarantined,
  StoredDelivery,
  StoredDeliveryDetail,
  Traced,
  TrailQuery,
} from '@longshore/queue/operator';
import type { EndpointOverview } from './endpoints.js';
import type { Replay, Retried } from './quarantine.js';
import type { DeadWords, QuarantineWords } from './words.js';

/** One page of a list. `next`: the cursor of the next one; absent on the last. */
export interface Listing<Item> {
  items: Item[];
  next?: string;
}

/** Which page, and how long. */
export interface Paging {
  limit: number;
  /** `next` of the page before. */
  after?: string;
}

/** How fast, and how it is followed and stopped. */
export interface BulkSettings {
  /** Deliveries in a second; infinite for no limit. */
  rate?: number;
  signal?: AbortSignal;
  onProgress?(progress: BulkProgress): void;
}

/** An endpoint where nothing is delivered now, and what that means for a retry. */
export interface Held {
  endpoint: string;
  why: string;
}

/** What the functions work with, and in whose name. */
export interface OperateParts {
  /** Fails fast. */
  client: RedisClient;
  config(): Config;
  /** Who acts, for the records: `the dashboard`, `longshore dead retry`. */
  by: string;
  /** The way in of ingest. */
  replay: Replay;
  now?(): number;
}

/** All reject with LongshoreError QUEUE_UNAVAILABLE while Redis is away. */
export interface Operate {
  /** Of the endpoints in the configuration, and of those that left it and still have a queue. */
  names(): Promise<string[]>;
  endpoints(): Promise<EndpointOverview[]>;
  /** @throws LongshoreError REQUEST_NOT_FOUND that names the nearest */
  endpoint(name: string): Promise<EndpointOverview>;
  /** Of all workers at once. Paused already: it stays so, with its first reason. */
  pause(name: string, reason?: string): Promise<EndpointOverview>;
  /** An endpoint that the configuration pauses stays paused; `pausedByConfig` says so. */
  resume(name: string): Promise<EndpointOverview>;
  /** @throws LongshoreError REQUEST_NOT_FOUND, REQUEST_INVALID */
  deliveries(endpoint: string, state: ListedState, paging: Paging): Promise<Listing<StoredDelivery>>;
  delivery(id: string): Promise<StoredDeliveryDetail>;
  /** The last runs of a preheat endpoint, newest first, with what became of each part. */
  preheats(endpoint: string): Promise<PreheatRun[]>;
  trace(query: TrailQuery): Promise<Traced>;
  /** Newest first. A page can be short, or empty, and have a next one. */
  dead(words: DeadWords, paging: Paging): Promise<Listing<DeadLetter>>;
  deadOne(id: string): Promise<DeadLetterDetail>;
  /** Cheap without `repository` and `reason`; with them each delivery is read. */
  countDead(words: DeadWords): Promise<number>;
  retryDead(words: DeadWords, settings?: BulkSettings): Promise<BulkResult>;
  dropDead(words: DeadWords, settings?: BulkSettings): Promise<BulkResult>;
  /** Of the endpoints that a retry would concern, those where nothing is delivered now. */
  held(words: DeadWords): Promise<Held[]>;
  /** Newest first, with their bodies. */
  quarantine(words: QuarantineWords, paging: Paging): Promise<Listing<Quarantined>>;
  quarantined(id: string): Promise<Quarantined>;
  countQuarantine(): Promise<number>;
  retryQuarantine(words: QuarantineWords, signal?: AbortSignal): AsyncGenerator<Retried>;
  dropQuarantine(words: QuarantineWords): Promise<number>;
  close(): Promise<void>;
}
