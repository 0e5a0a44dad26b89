/**
 * Longshore's own metrics: name, type, description, labels. `docs/reference/metrics.md` is generated from this table.
 * Every label has a bounded set of values; see `labels.ts`.
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
    help: 'Requests with a wrong secret, by listener: `ingest` (a missing secret counts too) or `dashboard`. The log has the address.',
    labels: ['listener'],
  },
  longshore_ingest_duration_seconds: {
    type: 'histogram',
    help: 'Time from a request’s arrival to its response.',
    labels: [],
    buckets: SECONDS,
  },
  longshore_events_received_total: {
    type: 'counter',
    help: 'Events accepted; an action other than push, pull, delete and mount is `other`.',
    labels: ['source', 'kind', 'action'],
  },
  longshore_events_quarantined_total: {
    type: 'counter',
    help: 'Unreadable events or whole bodies that were quarantined.',
    labels: ['source', 'reason'],
  },
  longshore_log_lines_skipped_total: {
    type: 'counter',
    help: 'Lines of registries’ logs that are no completed response, or no JSON.',
    labels: ['source'],
  },
  longshore_requests_spooled_total: {
    type: 'counter',
    help: 'Requests written to the spool; the reason is an error code.',
    labels: ['source', 'kind', 'reason'],
  },
  longshore_spool_fed_total: {
    type: 'counter',
    help: 'Requests drained from the spool: `taken` into Redis, or set `aside`.',
    labels: ['source', 'outcome'],
  },
  longshore_spool_requests: {
    type: 'gauge',
    help: 'Requests in the spool that are not drained yet. Processes that share a spool each count all of it.',
    labels: [],
  },
  longshore_spool_bytes: {
    type: 'gauge',
    help: 'Disk usage of the spool, in bytes: at least 4 KiB for each request; `ingest.spool.maxbytes` is the limit.',
    labels: [],
  },
  longshore_deliveries_ignored_total: {
    type: 'counter',
    help: 'Deliveries that a rule of the endpoint ignores.',
    labels: ['endpoint', 'rule'],
  },
  longshore_filter_errors_total: {
    type: 'counter',
    help: 'Events on which the `where` of the endpoint failed. They are delivered.',
    labels: ['endpoint'],
  },
  longshore_deliveries_collapsed_total: {
    type: 'counter',
    help: 'Deliveries collapsed as duplicates of an equal event within the endpoint’s `collapse` window.',
    labels: ['endpoint'],
  },
  longshore_delivery_attempts_total: {
    type: 'counter',
    help: 'Delivery attempts.',
    labels: ['endpoint', 'outcome', 'reason'],
  },
  longshore_delivery_duration_seconds: {
    type: 'histogram',
    help: 'Duration of an attempt.',
    labels: ['endpoint'],
    buckets: [...SECONDS.slice(2), 30, 60, 300],
  },
  longshore_deliveries_settled_total: {
    type: 'counter',
    help: 'Settled deliveries: delivered, dead (dead-lettered), expired from the dead-letter set, dropped from it by an operator, superseded by a newer one while they waited.',
    labels: ['endpoint', 'outcome'],
  },
  longshore_deliveries_replayed_total: {
    type: 'counter',
    help: 'Dead letters that returned to their queues: retried by an operator, or revived after an outage. Each is settled again.',
    labels: ['endpoint'],
  },
  longshore_events_replayed_total: {
    type: 'counter',
    help: 'Archived events that a replay enqueued for the endpoint again.',
    labels: ['endpoint'],
  },
  longshore_deliveries_deferred_total: {
    type: 'counter',
    help: 'Attempts that trouble of Longshore’s own prevented, by reason: `proxy` or `descriptors`. They cost no attempt and do not count against the receiver.',
    labels: ['endpoint', 'reason'],
  },
  longshore_event_age_seconds: {
    type: 'histogram',
    help: 'Age of an event when it was delivered, from its receipt by ingest.',
    labels: ['endpoint'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 21_600, 86_400],
  },
  longshore_queue_deliveries: {
    type: 'gauge',
    help: 'Deliveries in the queues. Exported by the dashboard role only, so that a sum over processes is right.',
    labels: ['endpoint', 'state'],
  },
  longshore_queue_oldest_seconds: {
    type: 'gauge',
    help: 'Age of the oldest undelivered delivery (waiting, delayed or in flight); 0 when there is none. Exported by the dashboard role only.',
    labels: ['endpoint'],
  },
  longshore_endpoint_failing_seconds: {
    type: 'gauge',
    help: 'Time since the first failed attempt after the last success; 0 when the last attempt was delivered. Exported by the dashboard role only.',
    labels: ['endpoint'],
  },
  longshore_endpoint_held: {
    type: 'gauge',
    help: '1 while the endpoint is held because its receiver looks down or asked for a pause, else 0. Exported by the dashboard role only.',
    labels: ['endpoint'],
  },
  longshore_endpoint_held_seconds_total: {
    type: 'counter',
    help: 'Time for which the endpoint was held. Counted once, by the worker that probes: at the latest `hold.maxprobe` later.',
    labels: ['endpoint'],
  },
  longshore_quarantine_entries: {
    type: 'gauge',
    help: 'Entries in quarantine. Exported by the dashboard role only.',
    labels: [],
  },
  longshore_redis_memory_ratio: {
    type: 'gauge',
    help: 'Used share of Redis’ maxmemory, of the fullest master; 0 without a maxmemory. Exported by the dashboard role only.',
    labels: [],
  },
  longshore_archive_rows_total: {
    type: 'counter',
    help: 'Events that a batch brought to the archive: `stored`, `duplicate` (it had them), or `rejected` by PostgreSQL.',
    labels: ['result'],
  },
  longshore_archive_batch_seconds: {
    type: 'histogram',
    help: 'Time to write a batch, its commit included. Events in a batch: `longshore_archive_rows_total` divided by its count.',
    labels: [],
    buckets: SECONDS,
  },
  longshore_archive_errors_total: {
    type: 'counter',
    help: 'Work on the archive that failed and is tried again: `write`, `partitions` (creating them), `retention`, `size`.',
    labels: ['work'],
  },
  longshore_archive_partitions_dropped_total: {
    type: 'counter',
    help: 'Partitions dropped by `archive.retention` (`age`) or `archive.maxbytes` (`size`).',
    labels: ['why'],
  },
  longshore_archive_bytes: {
    type: 'gauge',
    help: 'Size of the archive with indexes. This and the next five are exported by the worker that leads.',
    labels: [],
  },
  longshore_archive_max_bytes: {
    type: 'gauge',
    help: '`archive.maxbytes`; absent without one.',
    labels: [],
  },
  longshore_archive_events: {
    type: 'gauge',
    help: 'Events in the archive, by the estimate of PostgreSQL.',
    labels: [],
  },
  longshore_archive_oldest_timestamp_seconds: {
    type: 'gauge',
    help: 'Time of the oldest event in the archive.',
    labels: [],
  },
  longshore_archive_partitions_ahead: {
    type: 'gauge',
    help: 'Partitions of events that begin in the future.',
    labels: [],
  },
  longshore_archive_partitions_missing: {
    type: 'gauge',
    help: 'Tables without a partition for the present.',
    labels: [],
  },
  longshore_reconcile_lost_events_total: {
    type: 'counter',
    help: 'Events that a comparison of the archive with the registry found to be missing, and published. These six are exported by the worker that leads, and leave out the command `longshore reconcile`.',
    labels: ['source'],
  },
  longshore_reconcile_counted_lost_events_total: {
    type: 'counter',
    help: 'Events that the registry counts as delivered, or has dropped, and that did not arrive: by `registries[].debug`.',
    labels: ['source'],
  },
  longshore_reconcile_errors_total: {
    type: 'counter',
    help: 'Repositories, or whole registries, that could not be compared.',
    labels: ['source'],
  },
  longshore_reconcile_proven_timestamp_seconds: {
    type: 'gauge',
    help: 'Time of the last comparison after which no push or tag event is known to be missing.',
    labels: ['source'],
  },
  longshore_reconcile_lost_since_timestamp_seconds: {
    type: 'gauge',
    help: 'The last loss that was found and healed: events are missing from this time on.',
    labels: ['source'],
  },
  longshore_reconcile_lost_until_timestamp_seconds: {
    type: 'gauge',
    help: 'The last loss that was found and healed: no later than this time.',
    labels: ['source'],
  },
  longshore_alert_notifications_total: {
    type: 'counter',
    help: 'Notifications to receivers of `alerts`: sent, or failed after all retries.',
    labels: ['alert', 'outcome'],
  },
  longshore_trail_entries_dropped_total: {
    type: 'counter',
    help: 'Dropped entries of the trail: `away`, Redis was unavailable for too long; `memory`, it is above 70 % of its maxmemory. `longshore trace` shows the gap.',
    labels: ['reason'],
  },
  longshore_preheat_blobs_total: {
    type: 'counter',
    help: 'Parts of preheated and copied images by result: warmed (or copied), already, asked, skipped, failed. Target `none`: skipped for all targets.',
    labels: ['endpoint', 'target', 'result'],
  },
  longshore_preheat_bytes_total: {
    type: 'counter',
    help: 'Bytes transferred to warm or copy images, if the target reports them.',
    labels: ['endpoint', 'target'],
  },
  longshore_preheat_duration_seconds: {
    type: 'histogram',
    help: 'Time from the receipt of a push until its image is warm at every target, or copied.',
    labels: ['endpoint'],
    buckets: [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 21_600],
  },
  longshore_preheat_ratelimit_remaining: {
    type: 'gauge',
    help: 'Remaining rate limit of the registry, as last reported.',
    labels: ['endpoint'],
  },
  longshore_worker_last_fetch_seconds: {
    type: 'gauge',
    help: 'Seconds since Redis last answered which endpoints are due; under 2 while Redis answers, 0 without the worker role. After 15 s on an open connection the worker opens its connections again.',
    labels: [],
  },
  longshore_redis_up: {
    type: 'gauge',
    help: '1 while Redis answers this process.',
    labels: [],
  },
  longshore_redis_losses_total: {
    type: 'counter',
    help: 'How often Redis has lost data. Counted by the process that reports it, so that a sum over processes is right.',
    labels: [],
  },
  longshore_config_last_reload_successful: {
    type: 'gauge',
    help: '1 while the configuration file is active; 0 while it is invalid and the previous configuration stays active.',
    labels: [],
  },
  longshore_config_last_reload_success_timestamp_seconds: {
    type: 'gauge',
    help: 'Time of the last successful reload, in seconds since 1970.',
    labels: [],
  },
  longshore_certificate_expiry_seconds: {
    type: 'gauge',
    help: 'When the first certificate of a setting (`tls.ca`, `tls.cert`) expires, in seconds since 1970. Exported by each process.',
    labels: ['setting'],
  },
  longshore_log_lines_dropped_total: {
    type: 'counter',
    help: 'Log lines dropped because stdout is blocked.',
    labels: [],
  },
  longshore_connections_dropped_total: {
    type: 'counter',
    help: 'Connections closed without an answer because the listener held its maximum (4,096). Their senders got no answer.',
    labels: ['listener'],
  },
  longshore_internal_errors_total: {
    type: 'counter',
    help: 'Errors inside Longshore that are ignored because the work is best effort or is retried. A few are normal during an outage; a steady rate at one place is a bug.',
    labels: ['where'],
  },
  longshore_build_info: {
    type: 'gauge',
    help: 'Always 1; the label has the running version.',
    labels: ['version'],
  },
  registry_notifications_events_total: {
    type: 'counter',
    help: 'As in the registry: Events is +1 for each delivery enqueued, Successes for each delivered, Failures for each attempt with a bad status, Errors for each attempt without a response.',
    labels: ['type', 'endpoint'],
  },
  registry_notifications_pending_total: {
    type: 'gauge',
    help: 'As in the registry: deliveries that are queued or in flight. Exported by the dashboard role only.',
    labels: ['endpoint'],
  },
  registry_notifications_status_total: {
    type: 'counter',
    help: 'As in the registry: responses of receivers by status, `200 OK`.',
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
