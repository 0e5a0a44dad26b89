/**
 * Writes records: one call writes the log line and updates the metrics derived from it, so they cannot diverge. Some
 * calls only count.
 */
import type { PreheatRun } from '@longshore/event';
import type { TraceIds } from '@longshore/tracing';
import { bounded } from './bounded.js';
import type { LabelBounds } from './label-bounds.js';
import { actionLabel, reasonLabel, statusLabel } from './labels.js';
import type { Metrics } from './metrics.js';
import { countPreheat } from './preheat-metrics.js';
import type { Level, RecordFields, RecordName } from './records.js';
import { RECORDS } from './records-table.js';
import type { RegistryTally } from './registry-tally.js';
import type { Logger } from './throttle.js';

/** The interface for the pipelines. No call throws or waits. */
export interface Recorder {
  /** Once for each request that ingest answers, whatever the status. */
  requestAnswered(request: { source: string; status: number; ms: number; trace?: TraceIds }): void;
  /** `enqueuedTo`: deliveries enqueued, by endpoint. They add up to `enqueued`. */
  eventReceived(
    record: RecordFields['event.received'],
    also: { enqueuedTo: Readonly<Record<string, number>> },
  ): void;
  eventQuarantined(record: RecordFields['event.quarantined']): void;
  /** Once for each part of a replay of archived events. */
  eventsReplayed(record: RecordFields['event.replayed']): void;
  eventRefused(record: RecordFields['event.refused']): void;
  eventSpooled(record: RecordFields['event.spooled']): void;
  eventAside(record: RecordFields['event.aside']): void;
  /** A spooled request was drained to Redis. */
  spoolFed(request: { source: string }): void;
  /** Lines of a registry's log that are no event. */
  linesSkipped(source: string, count: number): void;
  deliveryIgnored(record: RecordFields['delivery.ignored']): void;
  /** The `where` of an endpoint failed on an event, which is delivered. Only counts. */
  filterFailed(endpoint: string): void;
  deliveryCollapsed(record: RecordFields['delivery.collapsed']): void;
  /** It waited, and a newer delivery about the same tag makes it pointless. */
  deliverySuperseded(record: RecordFields['delivery.superseded']): void;
  deliveryAttempted(record: RecordFields['delivery.attempted']): void;
  /** `receivedAt`: epoch milliseconds at which ingest had the event; for its age. */
  deliverySettled(record: RecordFields['delivery.settled'], also?: { receivedAt?: number }): void;
  /** Once for each dead letter that an operator retried, or that was revived after an outage. */
  deliveryReplayed(record: RecordFields['delivery.replayed']): void;
  /** Instead of one record for each, when too many notes about an endpoint's deliveries waited to be recorded. */
  deliveryCounted(record: RecordFields['delivery.counted']): void;
  /** Once for each notification that a receiver of `alerts` accepted. */
  alertSent(record: RecordFields['alert.sent']): void;
  /** Once for each failed attempt at one. */
  alertFailed(record: RecordFields['alert.failed']): void;
  endpointHeld(record: RecordFields['endpoint.held']): void;
  endpointRecovered(record: RecordFields['endpoint.recovered']): void;
  endpointReleased(record: RecordFields['endpoint.released']): void;
  /** So many more milliseconds of a hold have passed. */
  endpointHeldFor(endpoint: string, ms: number): void;
  /** Trouble of Longshore's own prevented an attempt. */
  deliveryDeferred(attempt: { endpoint: string; reason: string }): void;
  /** Once for each action of an operator; twice for one on many. */
  operatorActed(record: RecordFields['operator.acted']): void;
  /** Once for each partition of the archive that retention dropped. */
  archiveDropped(record: RecordFields['archive.dropped']): void;
  /** Once for each loss, by the process that has found it. */
  queueLost(record: RecordFields['queue.lost']): void;
  /** Entries of the trail were dropped. */
  trailDropped(count: number, reason: 'away' | 'memory'): void;
  /** A request to a listener had a wrong secret. */
  signInFailed(attempt: { listener: 'ingest' | 'dashboard' }): void;
  /** Once for each preheat that ended. */
  preheatFinished(run: PreheatRun): void;
}

/** The outputs, and the bounds of labels. */
export interface RecorderParts {
  log: Logger;
  metrics: Metrics;
  bounds: LabelBounds;
  tally: RegistryTally;
}

/** One for each observer. */
export function createRecorder(parts: RecorderParts): Recorder {
  return {
    ...eventRecorder(parts),
    ...deliveryRecorder(parts),
    ...endpointRecorder(parts),
    ...otherRecorder(parts),
  };
}

type OfEvents = 'requestAnswered' | 'linesSkipped' | 'spoolFed' | (keyof Recorder & `event${string}`);

function eventRecorder({ log, metrics, bounds, tally }: RecorderParts): Pick<Recorder, OfEvents> {
  const write = writer(log);
  return {
    requestAnswered({ source, status, ms, trace }) {
      const labels = { source: bounds.source(source), status: statusLabel(status) };
      metrics.count('longshore_requests_total', labels);
      metrics.observe('longshore_ingest_duration_seconds', {}, ms / 1000, trace);
    },
    eventReceived(record, { enqueuedTo }) {
      write('event.received', 0, record, { ms: tenths(record.ms) });
      const source = bounds.source(record.source);
      const kind = bounds.kind(record.kind);
      for (const { action } of record.events) {
        metrics.count('longshore_events_received_total', { source, kind, action: actionLabel(action) });
      }
      for (const [endpoint, count] of Object.entries(enqueuedTo)) {
        tally.enqueued(bounds.endpoint(endpoint), count);
      }
    },
    eventQuarantined(record) {
      write('event.quarantined', 0, record);
      const labels = { source: bounds.source(record.source), reason: bounds.quarantine(record.reason) };
      metrics.count('longshore_events_quarantined_total', labels);
    },
    eventsReplayed(record) {
      write('event.replayed', 0, record);
      const endpoint = bounds.endpoint(record.endpoint);
      metrics.count('longshore_events_replayed_total', { endpoint }, record.enqueued);
      tally.enqueued(endpoint, record.enqueued);
    },
    eventRefused: (record) => write('event.refused', 0, record),
    eventSpooled(record) {
      write('event.spooled', 0, record);
      const source = bounds.source(record.source);
      const kind = bounds.kind(record.kind);
      const reason = bounds.spooled(record.reason);
      metrics.count('longshore_requests_spooled_total', { source, kind, reason });
    },
    eventAside(record) {
      write('event.aside', 0, record);
      const source = bounds.source(record.source);
      metrics.count('longshore_spool_fed_total', { source, outcome: 'aside' });
    },
    linesSkipped(source, count) {
      metrics.count('longshore_log_lines_skipped_total', { source: bounds.source(source) }, count);
    },
    spoolFed({ source }) {
      metrics.count('longshore_spool_fed_total', { source: bounds.source(source), outcome: 'taken' });
    },
  };
}

type OfDeliveries = 'filterFailed' | (keyof Recorder & `delivery${string}`);

function deliveryRecorder({ log, metrics, bounds, tally }: RecorderParts): Pick<Recorder, OfDeliveries> {
  const write = writer(log);
  return {
    filterFailed(endpoint) {
      metrics.count('longshore_filter_errors_total', { endpoint: bounds.endpoint(endpoint) });
    },
    deliveryIgnored(record) {
      write('delivery.ignored', 0, record);
      const labels = { endpoint: bounds.endpoint(record.endpoint), rule: bounds.rule(record.rule) };
      metrics.count('longshore_deliveries_ignored_total', labels);
    },
    deliveryCollapsed(record) {
      write('delivery.collapsed', 0, record);
      metrics.count('longshore_deliveries_collapsed_total', { endpoint: bounds.endpoint(record.endpoint) });
    },
    deliverySuperseded(record) {
      write('delivery.superseded', 0, record);
      const endpoint = bounds.endpoint(record.endpoint);
      metrics.count('longshore_deliveries_settled_total', { endpoint, outcome: 'superseded' });
    },
    deliveryAttempted(record) {
      const { outcome, status, ms, retryAt } = record;
      const instead = { ms: tenths(ms), retryAt: isoTime(retryAt) };
      write('delivery.attempted', outcome === 'delivered' ? 0 : 1, record, instead);
      const endpoint = bounds.endpoint(record.endpoint);
      const reason = reasonLabel(record.reason);
      metrics.count('longshore_delivery_attempts_total', { endpoint, outcome, reason });
      metrics.observe('longshore_delivery_duration_seconds', { endpoint }, ms / 1000);
      tally.attempted(endpoint, outcome, status);
    },
    deliverySettled(record, { receivedAt } = {}) {
      const { outcome } = record;
      if (outcome === 'dead') write('delivery.settled', 0, record, { kept: true });
      else if (outcome !== 'delivered') write('delivery.settled', 1, record);
      const endpoint = bounds.endpoint(record.endpoint);
      metrics.count('longshore_deliveries_settled_total', { endpoint, outcome });
      if (outcome !== 'delivered' || receivedAt === undefined) return;
      // The clocks of two machines may differ by more than an event is old.
      const age = Math.max(0, Date.now() - receivedAt) / 1000;
      metrics.observe('longshore_event_age_seconds', { endpoint }, age);
    },
    deliveryDeferred({ endpoint, reason }) {
      metrics.count('longshore_deliveries_deferred_total', { endpoint: bounds.endpoint(endpoint), reason });
    },
    deliveryReplayed(record) {
      write('delivery.replayed', 0, record);
      metrics.count('longshore_deliveries_replayed_total', { endpoint: bounds.endpoint(record.endpoint) });
    },
    deliveryCounted(record) {
      write('delivery.counted', 0, record);
      const { outcome, count } = record;
      const endpoint = bounds.endpoint(record.endpoint);
      if (outcome === 'replayed') metrics.count('longshore_deliveries_replayed_total', { endpoint }, count);
      else metrics.count('longshore_deliveries_settled_total', { endpoint, outcome }, count);
    },
  };
}

type OfEndpoints = keyof Recorder & `endpoint${string}`;

function endpointRecorder({ log, metrics, bounds }: RecorderParts): Pick<Recorder, OfEndpoints> {
  const write = writer(log);
  return {
    endpointHeld(record) {
      const { probeAt, until } = record;
      write('endpoint.held', 0, record, { probeAt: isoTime(probeAt), until: isoTime(until) });
    },
    endpointRecovered: (record) => write('endpoint.recovered', 0, record),
    endpointReleased: (record) => write('endpoint.released', 0, record),
    endpointHeldFor(name, ms) {
      const endpoint = bounds.endpoint(name);
      metrics.count('longshore_endpoint_held_seconds_total', { endpoint }, ms / 1000);
    },
  };
}

type Others = Exclude<keyof Recorder, OfEvents | OfDeliveries | OfEndpoints>;

function otherRecorder({ log, metrics, bounds }: RecorderParts): Pick<Recorder, Others> {
  const write = writer(log);
  return {
    alertSent(record) {
      write('alert.sent', 0, record);
      metrics.count('longshore_alert_notifications_total', { alert: record.alert, outcome: 'sent' });
    },
    alertFailed(record) {
      const { alert, retryAt } = record;
      write('alert.failed', retryAt === undefined ? 1 : 0, record, { retryAt: isoTime(retryAt) });
      if (retryAt !== undefined) return;
      metrics.count('longshore_alert_notifications_total', { alert, outcome: 'failed' });
    },
    operatorActed(record) {
      const troubled = record.result === 'failed' || record.result === 'stopped';
      write('operator.acted', troubled ? 1 : 0, record, { at: isoTime(record.at) });
    },
    archiveDropped(record) {
      const { since, until } = record;
      const times = { since: isoTime(since), until: isoTime(until) };
      write('archive.dropped', record.why === 'size' ? 1 : 0, record, times);
      metrics.count('longshore_archive_partitions_dropped_total', { why: record.why });
    },
    queueLost(record) {
      const { from, until } = record;
      write('queue.lost', 0, record, { from: isoTime(from), until: isoTime(until) });
      metrics.count('longshore_redis_losses_total', {});
    },
    signInFailed({ listener }) {
      metrics.count('longshore_signin_failures_total', { listener });
    },
    trailDropped(count, reason) {
      metrics.count('longshore_trail_entries_dropped_total', { reason }, count);
    },
    preheatFinished(run) {
      const { endpoint, deliveryId, repository, tag, digest, result, tally, detail } = run;
      const { blobs: _, ...counts } = tally;
      const ageMs = Math.max(0, run.finishedAt - run.receivedAt);
      const ms = Math.max(0, run.finishedAt - run.startedAt);
      const failed = result === 'partial' || result === 'failed';
      const named = { endpoint, deliveryId, repository, tag, digest, result };
      const name = run.kind === 'copy' ? 'copy.finished' : 'preheat.finished';
      write(name, failed ? 1 : 0, { ...named, ...counts, ms, ageMs, detail });
      countPreheat(metrics, bounds, run, ageMs / 1000);
    },
  };
}

type Forms = readonly { level: Level; message: string }[];

/** `form`: index of the record's form. `instead`: fields that replace those of the record. */
function writer(log: Logger) {
  return <Name extends RecordName>(
    name: Name,
    form: number,
    record: RecordFields[Name],
    instead?: object,
  ): void => {
    const { level, message } = (RECORDS[name].forms as Forms)[form] ?? RECORDS[name].forms[0];
    log[level](bounded({ record: name, ...record, ...instead }), message);
  };
}

/** An invalid date must not lose the record. */
function isoTime(epoch: number | undefined): string | undefined {
  if (epoch === undefined) return undefined;
  const moment = new Date(epoch);
  return Number.isNaN(moment.getTime()) ? String(epoch) : moment.toISOString();
}

/** Milliseconds to one decimal. */
function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
