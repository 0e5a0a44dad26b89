/**
 * What an operator sees and does: the interface that the command line, the API and the pages share. Filters are passed
 * as they were written; one that cannot be parsed is REQUEST_INVALID.
 */
import type { Config } from '@longshore/config';
import type {
  HistoryAnswer,
  HistoryQuery,
  PreheatRun,
  RecentEvents,
  SampleImage,
  TakenEvent,
} from '@longshore/event';
import type { RedisClient } from '@longshore/queue';
import type { Activity, SourceActivity } from '@longshore/queue/activity';
import type { BulkProgress, BulkResult, DeadLetter, DeadLetterDetail } from '@longshore/queue/dead';
import type { DeadGroups } from '@longshore/queue/dead-groups';
import type { ListedState, StoredDelivery, StoredDeliveryDetail } from '@longshore/queue/deliveries';
import type { MemorySample } from '@longshore/queue/memory';
import type { Operations, Refusal } from '@longshore/queue/operator';
import type { Quarantined } from '@longshore/queue/quarantine';
import type { Act } from './access/acts.js';
import type { Actor } from './access/role.js';
import type { Action } from './actions/action.js';
import type { EndpointOverview } from './endpoints.js';
import type { ExplainQuery, Explanation, FoundEvent, Preview } from './explain/port.js';
import type { DeadLetterQuery, QuarantineQuery } from './query.js';
import type { OperatorArchive, ReplayedPart, ReplayOptions, ReplayResult, Republish } from './replay/port.js';
import type { ReplayQuery } from './replay/query.js';

/** One page of a list. `next`: the cursor of the next one; absent on the last. */
export interface Listing<Item> {
  items: Item[];
  next?: string;
}

/** Which page, and its length. */
export interface Paging {
  limit: number;
  /** `next` of the previous page. */
  after?: string;
}

/** The pace of a bulk action, its progress, and how to stop it. */
export interface BulkSettings {
  /** Deliveries a second; `Infinity` for no limit. */
  rate?: number;
  signal?: AbortSignal;
  onProgress?(progress: BulkProgress): void;
}

/** An endpoint to which nothing is delivered at present, and what that means for a retry. */
export interface BlockedEndpoint {
  endpoint: string;
  why: string;
}

/** Puts a quarantined request through ingest's pipeline again. */
export type Replay = (
  source: string,
  raw: { method: string; path: string; headers: Record<string, string>; body: Buffer; receivedAt: number },
  /** Kind of source to parse it as; that of its source unless given. */
  as?: string,
) => Promise<Replayed>;

/** The result, once it is durable. */
export interface Replayed {
  /** Events accepted. */
  accepted: number;
  /** Deliveries enqueued. */
  enqueued: number;
  duplicates: number;
  ignored: number;
  /** Quarantine ids of what still cannot be parsed. */
  kept: readonly string[];
  /** Why it cannot be parsed. */
  reason?: string;
}

/** The result of the retry of one entry. */
export type QuarantineRetry =
  | ({ id: string; outcome: 'taken' } & Omit<Replayed, 'kept' | 'reason'>)
  /** Still in quarantine, with its current reason. */
  | { id: string; outcome: 'unreadable'; reason: string }
  /** Only the first part of its body was kept, so it cannot be parsed. */
  | { id: string; outcome: 'cut'; bytes: number }
  /** Retried or deleted by someone else in the meantime. */
  | { id: string; outcome: 'gone' };

/** How requests of quarantine are retried. */
export interface QuarantineRetrySettings {
  /** Ends it early. */
  signal?: AbortSignal;
  /** Kind of source to parse them as; that of their source unless given. */
  as?: string;
  /** Hears how many match, before the first. */
  onTotal?(total: number): void;
  /** Waited for before each. */
  turn?(): Promise<void>;
}

/** What a retry of dead letters would do at one endpoint. */
export interface RetryPreview {
  endpoint: string;
  /** Deliveries that would be retried; of those that were counted. */
  count: number;
  /** Deliveries that wait there already. */
  waiting: number;
  /** How the endpoint is, in words. */
  state: string;
  /** Why nothing is delivered there at present; the retried ones stay queued. */
  blocked?: string;
}

/** What the service works with, and who acts through it. */
export interface AdminServiceDeps {
  /** Of the producer profile: fails fast. The caller closes it. */
  client: RedisClient;
  config(): Config;
  /** With what: `the dashboard`, `longshore dead retry`. */
  by: string;
  /** Who acts, unless {@link AdminService.as} says otherwise. Default: no one by name, as admin. */
  actor?: Actor;
  /** Ingest's pipeline, for requests of quarantine. */
  replay: Replay;
  /** Absent: the configuration has no `archive`. */
  archive?: OperatorArchive;
  /** Loads what renders requests, for explanations. Absent: nothing can be explained. */
  preview?(): Promise<Preview>;
  /** Publishes archived events. */
  republish: Republish;
  /** Makes a test durable in the queue of one endpoint, past its rules. Rejects as publishing does. */
  sendTest(taken: TakenEvent, endpoint: string): Promise<void>;
  /** Records what a replay did. */
  recordReplayed(part: ReplayedPart): Promise<void>;
  now?(): number;
}

/** Quarantined requests of one source with one reason. */
export interface QuarantineGroup {
  source: string;
  kind: string;
  reason: string;
  count: number;
  /** Epoch milliseconds at which the newest was received. */
  newestAt: number;
}

/** Every method rejects with LongshoreError QUEUE_UNAVAILABLE while Redis is unavailable. */
export interface AdminService {
  /** The same service for another actor, whose name is in the records. */
  as(actor: Actor): AdminService;
  /** Notes an action that was carried out elsewhere. */
  acted(act: Act, count?: number): Promise<void>;
  /** Endpoints of the configuration, and removed ones that still have a queue. */
  names(): Promise<string[]>;
  endpoints(): Promise<EndpointOverview[]>;
  /** @throws LongshoreError REQUEST_NOT_FOUND that suggests the nearest name */
  endpoint(name: string): Promise<EndpointOverview>;
  /** The settings of an endpoint as they are understood, one line each; empty when it is not configured. */
  described(name: string): readonly string[];
  /** Runs the action on the endpoint, and notes it. @throws LongshoreError REQUEST_NOT_FOUND, and those of the action */
  act(
    action: Action,
    name: string,
    options?: Readonly<Record<string, string | undefined>>,
  ): Promise<EndpointOverview>;
  /**
   * Sends a sample event to one endpoint: through its queue, past its rules, with one attempt.
   * @returns the id of its delivery
   * @throws LongshoreError ENDPOINT_WAITS, REQUEST_INVALID, REQUEST_NOT_FOUND, QUEUE_FULL
   */
  test(endpoint: string, image?: Partial<SampleImage>): Promise<string>;
  /** The last day of these endpoints, in their order; the names need not exist. */
  activity(names: readonly string[]): Promise<Activity[]>;
  /** Sources of which something came in the last day. */
  sources(): Promise<SourceActivity[]>;
  /** Resolves when Redis has answered. */
  ping(): Promise<void>;
  /** How full Redis was in the last hour, oldest first; empty without a maxmemory. */
  memory(): Promise<MemorySample[]>;
  /** @throws LongshoreError REQUEST_NOT_FOUND, REQUEST_INVALID */
  deliveries(endpoint: string, state: ListedState, paging: Paging): Promise<Listing<StoredDelivery>>;
  /** @throws LongshoreError REQUEST_NOT_FOUND */
  delivery(id: string): Promise<StoredDeliveryDetail>;
  /** The last runs of a preheat endpoint, newest first, with the result of each part. */
  preheats(endpoint: string): Promise<PreheatRun[]>;
  trace(query: HistoryQuery): Promise<HistoryAnswer>;
  /** The events that came in last, of the trail. @throws LongshoreError REQUEST_INVALID */
  recent(paging: Paging): Promise<RecentEvents>;
  /** Newest first. A page may be short, or empty, and still have a next one. */
  deadLetters(query: DeadLetterQuery, paging: Paging): Promise<Listing<DeadLetter>>;
  /** @throws LongshoreError REQUEST_NOT_FOUND */
  deadLetter(id: string): Promise<DeadLetterDetail>;
  /** Counts by endpoint, reason and answer; of the newest, when there are very many. */
  deadGroups(query: DeadLetterQuery): Promise<DeadGroups>;
  /** What a retry would do, by endpoint, those with the most first; counted as {@link deadGroups} does. */
  previewRetry(query: DeadLetterQuery): Promise<RetryPreview[]>;
  /** Cheap without `repository`, `reason`, `answer` and `group`; with them every delivery is read. */
  countDeadLetters(query: DeadLetterQuery): Promise<number>;
  retryDeadLetters(query: DeadLetterQuery, settings?: BulkSettings): Promise<BulkResult>;
  dropDeadLetters(query: DeadLetterQuery, settings?: BulkSettings): Promise<BulkResult>;
  /** Endpoints that a retry of these would queue for, and to which nothing is delivered at present. */
  blockedEndpoints(query: DeadLetterQuery): Promise<BlockedEndpoint[]>;
  /** Newest first, with their bodies. */
  quarantine(query: QuarantineQuery, paging: Paging): Promise<Listing<Quarantined>>;
  /** @throws LongshoreError REQUEST_NOT_FOUND */
  quarantined(id: string): Promise<Quarantined>;
  /** Cheap without a filter; with one every entry is read. */
  countQuarantine(query?: QuarantineQuery): Promise<number>;
  /** Requests of quarantine by reason and source, the most frequent first. */
  quarantineGroups(): Promise<QuarantineGroup[]>;
  /** Oldest first, one after the other. @throws LongshoreError REQUEST_INVALID for an unknown kind */
  retryQuarantine(
    query: QuarantineQuery,
    settings?: QuarantineRetrySettings,
  ): AsyncGenerator<QuarantineRetry>;
  /** @returns how many were deleted */
  dropQuarantine(query: QuarantineQuery): Promise<number>;
  /**
   * Delivers archived events of a window to one endpoint again; resolves when all of them are enqueued. PostgreSQL, Redis
   * and room in Redis are waited for.
   * @throws LongshoreError ARCHIVE_OFF, REQUEST_INVALID, REQUEST_NOT_FOUND
   */
  replay(query: ReplayQuery, options?: ReplayOptions): Promise<ReplayResult>;
  /** Events of a replay's window; a million for more. Throws as `replay` does, and ARCHIVE_UNAVAILABLE. */
  countReplay(query: ReplayQuery): Promise<number>;
  /** Where the progress of bulk actions is kept, for every process. */
  operations: Operations;
  /**
   * What becomes of an event, or of the newest ones, without storing or sending anything: for real, or with another filter
   * or template for one endpoint.
   * @throws LongshoreError REQUEST_NOT_FOUND, REQUEST_INVALID, ARCHIVE_UNAVAILABLE
   */
  explain(query: ExplainQuery): Promise<Explanation>;
  /** The newest events, newest first. Throws as `explain` does. @param receipts true: with what became of each */
  latest(limit: number, receipts?: boolean): Promise<FoundEvent[]>;
  /** Processes whose configuration file was rejected: they run with the one before it. */
  refused(): Promise<Refusal[]>;
  /** Closes what it opened; not the client. */
  close(): Promise<void>;
}
