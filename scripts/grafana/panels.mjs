/**
 * What an operator wants to see, row by row: the numbers of now, what comes in, what goes out, the processes.
 * Titles and expressions are here; the words below each panel are those of the metrics' catalogue.
 *
 * Gauges of the queues come from every process with the dashboard role, the same from each: they are taken by
 * `max`. Counters are those of one process: they are summed.
 */

import { METRICS } from '../../packages/observe/dist/metrics-table.js';

const ENDPOINT = 'endpoint=~"$endpoint"';
/** Of the gauges of one endpoint, whoever exports them. */
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
 * Chosen by hand. `stat`: one number. `time`: lines over time, each with its legend. `about`: the metric whose words explain it.
 * @type {{ row: string, panels: object[] }[]}
 */
const CHOSEN = [
  {
    row: 'Now',
    panels: [
      {
        stat: 'Redis answers',
        about: 'longshore_redis_up',
        expr: 'min(longshore_redis_up)',
        steps: BAD_BELOW_ONE,
      },
      {
        stat: 'Endpoints that fail',
        about: 'longshore_endpoint_failing_seconds',
        expr: `count(max by (endpoint) (longshore_endpoint_failing_seconds{${ENDPOINT}}) > 300) or vector(0)`,
        steps: GREEN_UNTIL(1, 2),
      },
      {
        stat: 'Oldest not delivered',
        about: 'longshore_queue_oldest_seconds',
        expr: `max(longshore_queue_oldest_seconds{${ENDPOINT}})`,
        unit: 's',
        steps: GREEN_UNTIL(60, 900),
      },
      {
        stat: 'To be delivered',
        about: 'longshore_queue_deliveries',
        expr: queued('waiting|active|delayed'),
      },
      { stat: 'Dead', about: 'longshore_queue_deliveries', expr: queued('dead'), steps: GREEN_UNTIL(1, 100) },
      {
        stat: 'In quarantine',
        about: 'longshore_quarantine_entries',
        expr: 'max(longshore_quarantine_entries)',
        steps: GREEN_UNTIL(1, 100),
      },
      {
        stat: 'Memory of Redis',
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
        time: 'Time to answer',
        about: 'longshore_ingest_duration_seconds',
        lines: [
          ['p50', quantile(0.5, 'longshore_ingest_duration_seconds')],
          ['p99', quantile(0.99, 'longshore_ingest_duration_seconds')],
        ],
        unit: 's',
      },
      {
        time: 'Kinds of registry',
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
        time: 'Delivered, dead, expired, dropped',
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
        time: 'Attempts that failed, by reason',
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
        time: 'Since when an endpoint fails',
        about: 'longshore_endpoint_failing_seconds',
        lines: [['{{endpoint}}', `max by (endpoint) (longshore_endpoint_failing_seconds{${ENDPOINT}})`]],
        unit: 's',
      },
      {
        time: 'In the queues',
        about: 'longshore_queue_deliveries',
        lines: [
          ['{{endpoint}} {{state}}', `max by (endpoint, state) (longshore_queue_deliveries{${ENDPOINT}})`],
        ],
        unit: 'short',
      },
      {
        time: 'Age of the oldest not delivered',
        about: 'longshore_queue_oldest_seconds',
        lines: [['{{endpoint}}', `max by (endpoint) (longshore_queue_oldest_seconds{${ENDPOINT}})`]],
        unit: 's',
      },
      {
        time: 'Age of events when they arrive, p95',
        about: 'longshore_event_age_seconds',
        lines: [['{{endpoint}}', quantile(0.95, 'longshore_event_age_seconds', 'endpoint', ENDPOINT)]],
        unit: 's',
      },
      {
        time: 'Time of an attempt, p95',
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
        time: 'Alerts told',
        about: 'longshore_alert_notifications_total',
        lines: [['{{alert}} {{outcome}}', rate('longshore_alert_notifications_total', 'alert, outcome')]],
        unit: 'ops',
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
        time: 'Event loop, p99 of its delay',
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
        time: 'Log lines thrown away',
        about: 'longshore_log_lines_dropped_total',
        lines: [['{{instance}}', rate('longshore_log_lines_dropped_total', 'instance')]],
        unit: 'ops',
      },
      {
        time: 'Internal errors that are ignored',
        about: 'longshore_internal_errors_total',
        lines: [['{{where}}', rate('longshore_internal_errors_total', 'where')]],
        unit: 'ops',
      },
    ],
  },
];

const isShown = (metric) => new RegExp(`\\b${metric}(_bucket)?\\b`).test(JSON.stringify(CHOSEN));

/** What the catalogue has beyond that, so that a new metric is on the dashboard before anybody thinks of it. */
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
