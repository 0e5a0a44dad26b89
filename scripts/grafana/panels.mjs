/**
 * The panels for operators, row by row: current state, ingest, endpoints, archive, processes. Titles and expressions are here;
 * the description of each panel comes from the metrics catalogue.
 *
 * Gauges of the queues come from every process with the dashboard role, the same from each: they are
 * aggregated by `max`. Counters belong to one process: they are summed.
 */

import { METRICS } from '../../packages/observe/dist/metrics-table.js';

const ENDPOINT = 'endpoint=~"$endpoint"';
/** Aggregates the gauges of one endpoint over all exporters. */
const queued = (state) =>
  `sum(max by (endpoint, state) (longshore_queue_deliveries{${ENDPOINT}, state=~"${state}"}))`;
const rate = (metric, by, filter = '') => `sum by (${by}) (rate(${metric}{${filter}}[$__rate_interval]))`;
const quantile = (q, metric, by = '', filter = '') =>
  `histogram_quantile(${q}, sum by (le${by ? `, ${by}` : ''}) (rate(${metric}_bucket{${filter}}[$__rate_interval])))`;

const GREEN_UNTIL = (warn, bad) => [
  { color: 'green', value: null },
  { color: 'orange', value: warn },
  { color: 'red', value: bad },
];
const BAD_BELOW_ONE = [
  { color: 'red', value: null },
  { color: 'green', value: 1 },
];

/**
 * Chosen by hand. `stat`: one number. `time`: lines over time, each with its legend. `about`: the metric whose description it shows.
 * @type {{ row: string, panels: object[] }[]}
 */
const CHOSEN = [
  {
    row: 'Now',
    panels: [
      {
        stat: 'Redis available',
        about: 'longshore_redis_up',
        expr: 'min(longshore_redis_up)',
        steps: BAD_BELOW_ONE,
      },
      {
        stat: 'Failing endpoints',
        about: 'longshore_endpoint_failing_seconds',
        expr: `count(max by (endpoint) (longshore_endpoint_failing_seconds{${ENDPOINT}}) > 300) or vector(0)`,
        steps: GREEN_UNTIL(1, 2),
      },
      {
        stat: 'Oldest undelivered',
        about: 'longshore_queue_oldest_seconds',
        expr: `max(longshore_queue_oldest_seconds{${ENDPOINT}})`,
        unit: 's',
        steps: GREEN_UNTIL(60, 900),
      },
      {
        stat: 'Backlog',
        about: 'longshore_queue_deliveries',
        expr: queued('waiting|active|delayed'),
      },
      {
        stat: 'Dead letters',
        about: 'longshore_queue_deliveries',
        expr: queued('dead'),
        steps: GREEN_UNTIL(1, 100),
      },
      {
        stat: 'In quarantine',
        about: 'longshore_quarantine_entries',
        expr: 'max(longshore_quarantine_entries)',
        steps: GREEN_UNTIL(1, 100),
      },
      {
        stat: 'Redis memory',
        about: 'longshore_redis_memory_ratio',
        expr: 'max(longshore_redis_memory_ratio)',
        unit: 'percentunit',
        steps: GREEN_UNTIL(0.7, 0.8),
      },
    ],
  },
  {
    row: 'Ingest',
    panels: [
      {
        time: 'Events received',
        about: 'longshore_events_received_total',
        lines: [['{{source}} {{action}}', rate('longshore_events_received_total', 'source, action')]],
        unit: 'ops',
      },
      {
        time: 'Answers',
        about: 'longshore_requests_total',
        lines: [['{{source}} {{status}}', rate('longshore_requests_total', 'source, status')]],
        unit: 'reqps',
      },
      {
        time: 'Response time',
        about: 'longshore_ingest_duration_seconds',
        lines: [
          ['p50', quantile(0.5, 'longshore_ingest_duration_seconds')],
          ['p99', quantile(0.99, 'longshore_ingest_duration_seconds')],
        ],
        unit: 's',
      },
      {
        time: 'Registry kinds',
        about: 'longshore_events_received_total',
        lines: [['{{kind}}', rate('longshore_events_received_total', 'kind')]],
        unit: 'ops',
      },
      {
        time: 'Quarantined',
        about: 'longshore_events_quarantined_total',
        lines: [['{{source}}: {{reason}}', rate('longshore_events_quarantined_total', 'source, reason')]],
        unit: 'ops',
      },
    ],
  },
  {
    row: 'Endpoints',
    panels: [
      {
        time: 'Settled: delivered, dead, expired, dropped',
        about: 'longshore_deliveries_settled_total',
        lines: [
          [
            '{{endpoint}} {{outcome}}',
            rate('longshore_deliveries_settled_total', 'endpoint, outcome', ENDPOINT),
          ],
        ],
        unit: 'ops',
      },
      {
        time: 'Failed attempts, by reason',
        about: 'longshore_delivery_attempts_total',
        lines: [
          [
            '{{endpoint}} {{reason}}',
            rate(
              'longshore_delivery_attempts_total',
              'endpoint, reason',
              `${ENDPOINT}, outcome!="delivered"`,
            ),
          ],
        ],
        unit: 'ops',
      },
      {
        time: 'Failing for',
        about: 'longshore_endpoint_failing_seconds',
        lines: [['{{endpoint}}', `max by (endpoint) (longshore_endpoint_failing_seconds{${ENDPOINT}})`]],
        unit: 's',
      },
      {
        time: 'Queue depth',
        about: 'longshore_queue_deliveries',
        lines: [
          ['{{endpoint}} {{state}}', `max by (endpoint, state) (longshore_queue_deliveries{${ENDPOINT}})`],
        ],
        unit: 'short',
      },
      {
        time: 'Age of the oldest undelivered',
        about: 'longshore_queue_oldest_seconds',
        lines: [['{{endpoint}}', `max by (endpoint) (longshore_queue_oldest_seconds{${ENDPOINT}})`]],
        unit: 's',
      },
      {
        time: 'Event age at delivery, p95',
        about: 'longshore_event_age_seconds',
        lines: [['{{endpoint}}', quantile(0.95, 'longshore_event_age_seconds', 'endpoint', ENDPOINT)]],
        unit: 's',
      },
      {
        time: 'Attempt duration, p95',
        about: 'longshore_delivery_duration_seconds',
        lines: [
          ['{{endpoint}}', quantile(0.95, 'longshore_delivery_duration_seconds', 'endpoint', ENDPOINT)],
        ],
        unit: 's',
      },
      {
        time: 'Ignored, by rule',
        about: 'longshore_deliveries_ignored_total',
        lines: [
          ['{{endpoint}} {{rule}}', rate('longshore_deliveries_ignored_total', 'endpoint, rule', ENDPOINT)],
        ],
        unit: 'ops',
      },
      {
        time: 'Alert notifications',
        about: 'longshore_alert_notifications_total',
        lines: [['{{alert}} {{outcome}}', rate('longshore_alert_notifications_total', 'alert, outcome')]],
        unit: 'ops',
      },
    ],
  },
  {
    row: 'Archive',
    panels: [
      {
        time: 'Events written',
        about: 'longshore_archive_rows_total',
        lines: [['{{result}}', rate('longshore_archive_rows_total', 'result')]],
        unit: 'ops',
      },
      {
        time: 'Batch',
        about: 'longshore_archive_batch_seconds',
        lines: [
          ['p50', quantile(0.5, 'longshore_archive_batch_seconds')],
          ['p99', quantile(0.99, 'longshore_archive_batch_seconds')],
        ],
        unit: 's',
      },
      {
        time: 'Lag',
        about: 'longshore_queue_oldest_seconds',
        lines: [['oldest event that waits', 'max(longshore_queue_oldest_seconds{endpoint="archive"})']],
        unit: 's',
      },
      {
        time: 'Size',
        about: 'longshore_archive_bytes',
        lines: [
          ['archive', 'max(longshore_archive_bytes)'],
          ['maxbytes', 'max(longshore_archive_max_bytes)'],
        ],
        unit: 'bytes',
      },
    ],
  },
  {
    row: 'Processes',
    panels: [
      {
        time: 'Memory',
        lines: [['{{instance}}', 'process_resident_memory_bytes and on (instance) longshore_build_info']],
        unit: 'bytes',
      },
      {
        time: 'Processor',
        lines: [
          [
            '{{instance}}',
            'rate(process_cpu_seconds_total[$__rate_interval]) and on (instance) longshore_build_info',
          ],
        ],
        unit: 'percentunit',
      },
      {
        time: 'Event loop lag, p99',
        lines: [['{{instance}}', 'nodejs_eventloop_lag_p99_seconds and on (instance) longshore_build_info']],
        unit: 's',
      },
      {
        time: 'Versions',
        about: 'longshore_build_info',
        lines: [['{{version}}', 'count by (version) (longshore_build_info)']],
        unit: 'short',
      },
      {
        time: 'Certificates expire in',
        about: 'longshore_certificate_expiry_seconds',
        lines: [['{{setting}}', 'min by (setting) (longshore_certificate_expiry_seconds) - time()']],
        unit: 's',
      },
      {
        time: 'Dropped log lines',
        about: 'longshore_log_lines_dropped_total',
        lines: [['{{instance}}', rate('longshore_log_lines_dropped_total', 'instance')]],
        unit: 'ops',
      },
      {
        time: 'Ignored internal errors',
        about: 'longshore_internal_errors_total',
        lines: [['{{where}}', rate('longshore_internal_errors_total', 'where')]],
        unit: 'ops',
      },
    ],
  },
];

const isShown = (metric) => new RegExp(`\\b${metric}(_bucket)?\\b`).test(JSON.stringify(CHOSEN));

/** All other metrics of the catalogue, so that a new metric is on the dashboard at once. */
const MORE = Object.entries(METRICS)
  .filter(([name]) => name.startsWith('longshore_') && !isShown(name))
  .map(([name, { type, labels }]) => {
    const by = labels.join(', ');
    const expr = {
      counter: rate(name, by),
      gauge: `max by (${by}) (${name})`,
      histogram: quantile(0.95, name, by),
    }[type];
    const title = name.replace(/^longshore_|_total$/g, '').replaceAll('_', ' ');
    const unit = { counter: 'ops', histogram: 's' }[type];
    return {
      time: title,
      about: name,
      lines: [[labels.map((label) => `{{${label}}}`).join(' '), expr]],
      unit,
    };
  });

/** All rows, in their order. */
export const ROWS = MORE.length > 0 ? [...CHOSEN, { row: 'More', panels: MORE }] : CHOSEN;
