/**
 * Every metric of Longshore's own: name, type, words, labels. `docs/reference/metrics.md` is made from this
 * table. Every label has a bounded set of values; `labels.ts` sees to that.
 */

interface MetricRow {
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels: readonly string[];
  /** Upper bounds, in the unit that the name says. */
  buckets?: readonly number[];
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Units are in the names: seconds, and counts. */
export const METRICS = {
  longshore_requests_total: {
    type: 'counter',
    help: 'Requests answered by ingest.',
    labels: ['source', 'status'],
  },
  longshore_signin_failures_total: {
    type: 'counter',
    help: 'Requests with a wrong secret, by listener: `ingest` (no secret included) or `dashboard`. The log says from which address.',
    labels: ['listener'],
  },
  longshore_ingest_duration_seconds: {
    type: 'histogram',
    help: 'From a request’s arrival to its answer.',
    labels: [],
    buckets: SECONDS,
  },
  longshore_events_received_total: {
    type: 'counter',
    help: 'Events taken; an action other than push, pull, delete and mount is `other`.',
    labels: ['source', 'kind', 'action'],
  },
  longshore_events_quarantined_total: {
    type: 'counter',
    help: 'Events or whole bodies that could not be read.',
    labels: ['source', 'reason'],
  },
  longshore_requests_spooled_total: {
    type: 'counter',
    help: 'Requests put into the spool; the reason is an error code, or `order` behind others.',
    labels: ['source', 'kind', 'reason'],
  },
  longshore_spool_fed_total: {
    type: 'counter',
    help: 'Requests that left the spool: `taken` into Redis, or set `aside`.',
    labels: ['source', 'outcome'],
  },
  longshore_spool_requests: {
    type: 'gauge',
    help: 'Requests in the spool of this process that are not in Redis yet.',
    labels: [],
  },
  longshore_spool_bytes: {
    type: 'gauge',
    help: 'Bytes that the spool of this process takes on the disk; `ingest.spool.maxbytes` is the most.',
    labels: [],
  },
  longshore_deliveries_ignored_total: {
    type: 'counter',
    help: 'Deliveries not made or not attempted, because a rule of the endpoint ignores the event.',
    labels: ['endpoint', 'rule'],
  },
  longshore_deliveries_collapsed_total: {
    type: 'counter',
    help: 'Deliveries not made, because the endpoint collapses equal facts and was told the same one just before.',
    labels: ['endpoint'],
  },
  longshore_delivery_attempts_total: {
    type: 'counter',
    help: 'Attempts at receivers.',
    labels: ['endpoint', 'outcome', 'reason'],
  },
  longshore_delivery_duration_seconds: {
    type: 'histogram',
    help: 'How long an attempt took.',
    labels: ['endpoint'],
    buckets: [...SECONDS.slice(2), 30, 60, 300],
  },
  longshore_deliveries_settled_total: {
    type: 'counter',
    help: 'Deliveries that ended: delivered, dead, expired from the dead-letter set, dropped from it by an operator.',
    labels: ['endpoint', 'outcome'],
  },
  longshore_deliveries_replayed_total: {
    type: 'counter',
    help: 'Dead deliveries that an operator put back into their queues. Each is settled once more.',
    labels: ['endpoint'],
  },
  longshore_event_age_seconds: {
    type: 'histogram',
    help: 'Age of an event when it was delivered, from its receipt by ingest.',
    labels: ['endpoint'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 21_600, 86_400],
  },
  longshore_queue_deliveries: {
    type: 'gauge',
    help: 'Deliveries in the queues now. Exported by the dashboard role only, so that a sum over processes is right.',
    labels: ['endpoint', 'state'],
  },
  longshore_queue_oldest_seconds: {
    type: 'gauge',
    help: 'Age of the oldest delivery that is not delivered yet (waiting, delayed or in flight); 0 when there is none. Exported by the dashboard role only.',
    labels: ['endpoint'],
  },
  longshore_endpoint_failing_seconds: {
    type: 'gauge',
    help: 'Time since the first failed attempt after the last success; 0 when the last attempt was delivered. Exported by the dashboard role only.',
    labels: ['endpoint'],
  },
  longshore_quarantine_entries: {
    type: 'gauge',
    help: 'Events and bodies in quarantine now. Exported by the dashboard role only.',
    labels: [],
  },
  longshore_redis_memory_ratio: {
    type: 'gauge',
    help: 'Used share of Redis’ maxmemory, of the fullest master; 0 without a maxmemory. Exported by the dashboard role only.',
    labels: [],
  },
  longshore_alert_notifications_total: {
    type: 'counter',
    help: 'Messages of `alerts` to their receivers: sent, or failed for good.',
    labels: ['alert', 'outcome'],
  },
  longshore_trail_entries_dropped_total: {
    type: 'counter',
    help: 'Entries of the trail that were thrown away: `away`, Redis did not take them in time; `memory`, it is over 70 % of its maxmemory. `longshore trace` shows the gap.',
    labels: ['reason'],
  },
  longshore_preheat_blobs_total: {
    type: 'counter',
    help: 'Parts of images by what became of them: warmed, already, asked, skipped, failed. Target `none`: left out for all.',
    labels: ['endpoint', 'target', 'result'],
  },
  longshore_preheat_bytes_total: {
    type: 'counter',
    help: 'Bytes moved to warm images, where the target tells.',
    labels: ['endpoint', 'target'],
  },
  longshore_preheat_duration_seconds: {
    type: 'histogram',
    help: 'From the receipt of a push to its image being warm at every target.',
    labels: ['endpoint'],
    buckets: [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 21_600],
  },
  longshore_preheat_ratelimit_remaining: {
    type: 'gauge',
    help: 'Requests that the registry still allows, as it said last.',
    labels: ['endpoint'],
  },
  longshore_redis_up: {
    type: 'gauge',
    help: '1 while Redis answers this process.',
    labels: [],
  },
  longshore_config_last_reload_successful: {
    type: 'gauge',
    help: '1 while the configuration file is in force; 0 while it cannot be used and the configuration before it stays in force.',
    labels: [],
  },
  longshore_config_last_reload_success_timestamp_seconds: {
    type: 'gauge',
    help: 'When the configuration in force was read, in seconds since 1970.',
    labels: [],
  },
  longshore_log_lines_dropped_total: {
    type: 'counter',
    help: 'Log lines thrown away because stdout is not read.',
    labels: [],
  },
  longshore_connections_dropped_total: {
    type: 'counter',
    help: 'Connections closed without an answer because the listener held its maximum (4,096). Their senders got no answer.',
    labels: ['listener'],
  },
  longshore_internal_errors_total: {
    type: 'counter',
    help: 'Errors inside Longshore that are ignored because the work is best effort or is tried again. A few are normal during an outage; a steady rate at one place is a fault.',
    labels: ['where'],
  },
  longshore_build_info: {
    type: 'gauge',
    help: 'Always 1; the label says which version runs.',
    labels: ['version'],
  },
  registry_notifications_events_total: {
    type: 'counter',
    help: 'As in the registry: Events is +1 for each delivery enqueued, Successes for each delivered, Failures for each attempt with a bad status, Errors for each attempt without an answer.',
    labels: ['type', 'endpoint'],
  },
  registry_notifications_pending_total: {
    type: 'gauge',
    help: 'As in the registry: deliveries that wait or are in flight. Exported by the dashboard role only.',
    labels: ['endpoint'],
  },
  registry_notifications_status_total: {
    type: 'counter',
    help: 'As in the registry: answers of receivers by status, `200 OK`.',
    labels: ['code', 'endpoint'],
  },
} as const satisfies Record<string, MetricRow>;

/** Every metric’s name. */
export type MetricName = keyof typeof METRICS;

/** Names of one type of metric. */
export type NameOf<Type extends MetricRow['type']> = {
  [Name in MetricName]: (typeof METRICS)[Name]['type'] extends Type ? Name : never;
}[MetricName];

/** The labels of one metric, all of them strings. */
export type LabelsOf<Name extends MetricName> = Record<(typeof METRICS)[Name]['labels'][number], string>;
