/**
 * What happened becomes a record: one log line, and the metrics that follow from it, from one call, so that
 * the two never disagree. The pipelines record; the stages return values and know nothing of this.
 *
 * Numbers are those of this process, from its start on; a sum over processes is Prometheus' work.
 */
import type { PreheatRun } from '@longshore/event';
import { LabelBounds } from './label-bounds.js';
import { actionLabel, reasonLabel, statusLabel } from './labels.js';
import { createLog, type LogOptions } from './log.js';
import { Metrics } from './metrics.js';
import { countPreheat } from './preheat-metrics.js';
import { type Level, RECORDS, type RecordFields, type RecordName } from './records.js';
import { RegistryTally } from './registry-tally.js';
import { type EndpointSettings, registryVars } from './registry-vars.js';
import { type Logger, type Throttle, throttle } from './throttle.js';

/** Settings of `log`, and what is known from the start. */
export interface ObserverOptions extends Omit<LogOptions, 'onDrop'> {
  version: string;
  /** Names that metrics always tell apart, however many others come. */
  endpoints?: Iterable<string>;
  sources?: Iterable<string>;
}

/** Deliveries of one endpoint, by state. */
export interface QueueCounts {
  waiting: number;
  active: number;
  delayed: number;
  dead: number;
}

/** What the pipelines tell, and where the listeners read it. Nothing here throws or waits. */
export interface Observer {
  log: Logger;
  /** Like `log`, but says one thing at most once in `everyMs`, with the number of those left out. */
  throttledLog(key: string, everyMs: number): Logger;

  /** Once for each request that ingest answers, whatever the answer. */
  requestAnswered(request: { source: string; status: number; ms: number }): void;
  /** `enqueuedTo`: deliveries made durable, by endpoint. They add up to `enqueued`. */
  eventReceived(
    record: RecordFields['event.received'],
    also: { enqueuedTo: Readonly<Record<string, number>> },
  ): void;
  eventQuarantined(record: RecordFields['event.quarantined']): void;
  eventRefused(record: RecordFields['event.refused']): void;
  eventSpooled(record: RecordFields['event.spooled']): void;
  eventAside(record: RecordFields['event.aside']): void;
  deliveryIgnored(record: RecordFields['delivery.ignored']): void;
  deliveryCollapsed(record: RecordFields['delivery.collapsed']): void;
  deliveryAttempted(record: RecordFields['delivery.attempted']): void;
  /** `receivedAt`: epoch milliseconds at which ingest had the event; for its age. */
  deliverySettled(record: RecordFields['delivery.settled'], also?: { receivedAt?: number }): void;

  /** Once for each dead delivery that an operator put back into its queue. */
  deliveryReplayed(record: RecordFields['delivery.replayed']): void;

  /** Once for each message to a receiver of `alerts` that arrived or was given up. */
  alertTold(record: RecordFields['alert.sent']): void;
  alertFailed(record: RecordFields['alert.failed']): void;

  /** Entries of the trail were thrown away. */
  trailDropped(count: number, reason: 'away' | 'memory'): void;
  /** Once for each image that was warmed or given up. */
  preheatFinished(run: PreheatRun): void;

  /** For one process of all: the numbers are those of the queues, not of this process. */
  setQueueCounts(endpoint: string, counts: QueueCounts): void;
  /** For one process of all. Both in milliseconds. */
  setEndpointHealth(endpoint: string, health: { oldest: number; failing: number }): void;
  /** For one process of all. `redisMemory`: used share of maxmemory. */
  setStores(stores: { quarantined: number; redisMemory: number }): void;
  /** The endpoint is gone: its gauges are shown no longer. Counters stay, as counters do. */
  forgetEndpoint(endpoint: string): void;
  redisUp(up: boolean): void;
  /** A spooled request is in Redis now. */
  spoolFed(request: { source: string }): void;
  /** What the spool of this process holds now. */
  spoolHolds(spool: { requests: number; bytes: number }): void;

  /** Prometheus text. */
  metrics(): Promise<{ contentType: string; body: string }>;
  /** `/debug/vars` in the registry's shape. `pending`: deliveries that wait or are in flight, by endpoint. */
  registryVars(endpoints: readonly EndpointSettings[], pending?: Readonly<Record<string, number>>): object;
  /** Resolves when every line so far is written. To be called before the process ends. */
  flush(): Promise<void>;
}

/** One per process. Writes to stdout, or to `destination`, one JSON line per record. */
export function createObserver(options: ObserverOptions): Observer {
  const metrics = new Metrics();
  const dropped = () => metrics.count('longshore_log_lines_dropped_total', {});
  const { logger, flush } = createLog({ ...options, onDrop: dropped });
  const log: Logger = {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  };
  metrics.set('longshore_build_info', { version: options.version }, 1);
  return new Recorder(log, flush, metrics, new LabelBounds(options));
}

class Recorder implements Observer {
  readonly #tally: RegistryTally;
  readonly #throttles = new Map<string, Throttle>();

  constructor(
    readonly log: Logger,
    private readonly flushLog: () => Promise<void>,
    private readonly counters: Metrics,
    private readonly bounds: LabelBounds,
  ) {
    this.#tally = new RegistryTally(counters);
  }

  throttledLog(key: string, everyMs: number): Logger {
    const known = this.#throttles.get(key);
    if (known !== undefined) return known.logger;
    const made = throttle(this.log, everyMs);
    this.#throttles.set(key, made);
    return made.logger;
  }

  requestAnswered({ source, status, ms }: { source: string; status: number; ms: number }): void {
    const labels = { source: this.bounds.source(source), status: statusLabel(status) };
    this.counters.count('longshore_requests_total', labels);
    this.counters.observe('longshore_ingest_duration_seconds', {}, ms / 1000);
  }

  eventReceived(
    record: RecordFields['event.received'],
    { enqueuedTo }: { enqueuedTo: Readonly<Record<string, number>> },
  ): void {
    this.#write('event.received', 0, record, { ms: tenths(record.ms) });
    const source = this.bounds.source(record.source);
    const kind = this.bounds.kind(record.kind);
    for (const { action } of record.events) {
      this.counters.count('longshore_events_received_total', { source, kind, action: actionLabel(action) });
    }
    for (const [endpoint, count] of Object.entries(enqueuedTo)) {
      this.#tally.enqueued(this.bounds.endpoint(endpoint), count);
    }
  }

  eventQuarantined(record: RecordFields['event.quarantined']): void {
    this.#write('event.quarantined', 0, record);
    const labels = {
      source: this.bounds.source(record.source),
      reason: this.bounds.quarantine(record.reason),
    };
    this.counters.count('longshore_events_quarantined_total', labels);
  }

  eventRefused(record: RecordFields['event.refused']): void {
    this.#write('event.refused', 0, record);
  }

  eventSpooled(record: RecordFields['event.spooled']): void {
    this.#write('event.spooled', 0, record);
    const source = this.bounds.source(record.source);
    const kind = this.bounds.kind(record.kind);
    const reason = this.bounds.spooled(record.reason);
    this.counters.count('longshore_requests_spooled_total', { source, kind, reason });
  }

  eventAside(record: RecordFields['event.aside']): void {
    this.#write('event.aside', 0, record);
    const source = this.bounds.source(record.source);
    this.counters.count('longshore_spool_fed_total', { source, outcome: 'aside' });
  }

  spoolFed({ source }: { source: string }): void {
    const label = this.bounds.source(source);
    this.counters.count('longshore_spool_fed_total', { source: label, outcome: 'taken' });
  }

  spoolHolds({ requests, bytes }: { requests: number; bytes: number }): void {
    this.counters.set('longshore_spool_requests', {}, requests);
    this.counters.set('longshore_spool_bytes', {}, bytes);
  }

  deliveryIgnored(record: RecordFields['delivery.ignored']): void {
    this.#write('delivery.ignored', 0, record);
    const labels = { endpoint: this.bounds.endpoint(record.endpoint), rule: this.bounds.rule(record.rule) };
    this.counters.count('longshore_deliveries_ignored_total', labels);
  }

  deliveryCollapsed(record: RecordFields['delivery.collapsed']): void {
    this.#write('delivery.collapsed', 0, record);
    const labels = { endpoint: this.bounds.endpoint(record.endpoint) };
    this.counters.count('longshore_deliveries_collapsed_total', labels);
  }

  deliveryAttempted(record: RecordFields['delivery.attempted']): void {
    const { outcome, status, ms, retryAt } = record;
    this.#write('delivery.attempted', outcome === 'delivered' ? 0 : 1, record, {
      ms: tenths(ms),
      retryAt: retryAt === undefined ? undefined : isoTime(retryAt),
    });
    const endpoint = this.bounds.endpoint(record.endpoint);
    const reason = reasonLabel(record.reason);
    this.counters.count('longshore_delivery_attempts_total', { endpoint, outcome, reason });
    this.counters.observe('longshore_delivery_duration_seconds', { endpoint }, ms / 1000);
    this.#tally.attempted(endpoint, outcome, status);
  }

  deliverySettled(record: RecordFields['delivery.settled'], also: { receivedAt?: number } = {}): void {
    const { outcome } = record;
    if (outcome !== 'delivered') this.#write('delivery.settled', outcome === 'dead' ? 0 : 1, record);
    const endpoint = this.bounds.endpoint(record.endpoint);
    this.counters.count('longshore_deliveries_settled_total', { endpoint, outcome });
    if (outcome !== 'delivered' || also.receivedAt === undefined) return;
    // The clocks of two machines may differ by more than an event is old.
    const age = Math.max(0, Date.now() - also.receivedAt) / 1000;
    this.counters.observe('longshore_event_age_seconds', { endpoint }, age);
  }

  deliveryReplayed(record: RecordFields['delivery.replayed']): void {
    this.#write('delivery.replayed', 0, record);
    const endpoint = this.bounds.endpoint(record.endpoint);
    this.counters.count('longshore_deliveries_replayed_total', { endpoint });
  }

  alertTold(record: RecordFields['alert.sent']): void {
    this.#write('alert.sent', 0, record);
    const { alert } = record;
    this.counters.count('longshore_alert_notifications_total', { alert, outcome: 'sent' });
  }

  alertFailed(record: RecordFields['alert.failed']): void {
    const { alert, retryAt } = record;
    this.#write('alert.failed', retryAt === undefined ? 1 : 0, record, {
      retryAt: retryAt === undefined ? undefined : isoTime(retryAt),
    });
    if (retryAt !== undefined) return;
    this.counters.count('longshore_alert_notifications_total', { alert, outcome: 'failed' });
  }

  trailDropped(count: number, reason: 'away' | 'memory'): void {
    this.counters.count('longshore_trail_entries_dropped_total', { reason }, count);
  }

  setEndpointHealth(endpoint: string, { oldest, failing }: { oldest: number; failing: number }): void {
    const label = { endpoint: this.bounds.endpoint(endpoint) };
    this.counters.set('longshore_queue_oldest_seconds', label, oldest / 1000);
    this.counters.set('longshore_endpoint_failing_seconds', label, failing / 1000);
  }

  setStores({ quarantined, redisMemory }: { quarantined: number; redisMemory: number }): void {
    this.counters.set('longshore_quarantine_entries', {}, quarantined);
    this.counters.set('longshore_redis_memory_ratio', {}, redisMemory);
  }

  preheatFinished(run: PreheatRun): void {
    const { endpoint, deliveryId, repository, tag, digest, result, tally, detail } = run;
    const { blobs: _, ...counts } = tally;
    const ageMs = Math.max(0, run.finishedAt - run.receivedAt);
    const ms = Math.max(0, run.finishedAt - run.startedAt);
    const failed = result === 'partial' || result === 'failed';
    const named = { endpoint, deliveryId, repository, tag, digest, result };
    this.#write('preheat.finished', failed ? 1 : 0, { ...named, ...counts, ms, ageMs, detail });
    countPreheat(this.counters, this.bounds, run, ageMs / 1000);
  }

  setQueueCounts(endpoint: string, counts: QueueCounts): void {
    const label = this.bounds.endpoint(endpoint);
    for (const state of QUEUE_STATES) {
      this.counters.set('longshore_queue_deliveries', { endpoint: label, state }, counts[state]);
    }
    const pending = counts.waiting + counts.active + counts.delayed;
    this.counters.set('registry_notifications_pending_total', { endpoint: label }, pending);
    this.#tally.pending(label, pending);
  }

  forgetEndpoint(endpoint: string): void {
    const label = this.bounds.endpoint(endpoint);
    this.counters.unset('longshore_queue_oldest_seconds', { endpoint: label });
    this.counters.unset('longshore_endpoint_failing_seconds', { endpoint: label });
    for (const state of QUEUE_STATES) {
      this.counters.unset('longshore_queue_deliveries', { endpoint: label, state });
    }
    this.counters.unset('registry_notifications_pending_total', { endpoint: label });
    this.#tally.pending(label, 0);
  }

  redisUp(up: boolean): void {
    this.counters.set('longshore_redis_up', {}, up ? 1 : 0);
  }

  metrics(): Promise<{ contentType: string; body: string }> {
    return this.counters.read();
  }

  registryVars(
    endpoints: readonly EndpointSettings[],
    pending: Readonly<Record<string, number>> = {},
  ): object {
    return registryVars(endpoints, (name) => {
      const tally = this.#tally.read(this.bounds.endpoint(name));
      return { ...tally, Pending: pending[name] ?? tally.Pending };
    });
  }

  async flush(): Promise<void> {
    for (const { flush } of this.#throttles.values()) flush();
    await this.flushLog();
  }

  /** `form`: which of the record's forms. `instead`: fields that the line has in another form. */
  #write<Name extends RecordName>(
    name: Name,
    form: number,
    record: RecordFields[Name],
    instead?: object,
  ): void {
    const { level, message } = (RECORDS[name].forms as Forms)[form] ?? RECORDS[name].forms[0];
    this.log[level]({ record: name, ...record, ...instead }, message);
  }
}

type Forms = readonly { level: Level; message: string }[];

const QUEUE_STATES = ['waiting', 'active', 'delayed', 'dead'] as const;

/** A moment that no calendar holds must not cost the record. */
function isoTime(epoch: number): string {
  const moment = new Date(epoch);
  return Number.isNaN(moment.getTime()) ? String(epoch) : moment.toISOString();
}

/** Milliseconds to one decimal. */
function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
