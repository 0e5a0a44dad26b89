import { ignore } from '@longshore/event';
import { expect, test } from 'vitest';
import { METRICS } from './metrics-table.js';
import type { Observer } from './observer.js';
import { aRun, attempted, observed, received } from './testing/observed.js';

const settled = { endpoint: 'alistener', deliveryId: 'd1', attempts: 1 } as const;
const alert = { alert: 'failing', state: 'firing', receiver: 'oncall', summary: 'it fails' } as const;
const failed = { ...attempted, outcome: 'retry', status: 503, reason: 'http_503' } as const;

const compared = { source: 'a', healed: 2, since: 3_000, until: 5_000, errors: 1, provenAt: 9_000 };
const held = { bytes: 9, maxbytes: 10, events: 7, oldestAt: 5_000, ahead: 2, missing: ['event'] };

/** What moves each sample, and to what. */
const table: [sample: string, value: number | undefined, happen: (o: Observer) => void][] = [
  [
    'longshore_requests_total{source="default",status="202"}',
    1,
    (o) => o.requestAnswered({ source: 'default', status: 202, ms: 3 }),
  ],
  [
    'longshore_ingest_duration_seconds_bucket{le="0.005"}',
    1,
    (o) => o.requestAnswered({ source: 'default', status: 202, ms: 3 }),
  ],
  [
    'longshore_events_received_total{source="default",kind="distribution",action="push"}',
    1,
    (o) => o.eventReceived(received, { enqueuedTo: {} }),
  ],
  [
    'longshore_events_received_total{source="default",kind="distribution",action="other"}',
    1,
    (o) =>
      o.eventReceived(
        { ...received, events: [{ id: 'e', action: 'SCANNING_COMPLETED' }] },
        { enqueuedTo: {} },
      ),
  ],
  [
    'longshore_events_quarantined_total{source="default",reason="the body is not JSON"}',
    1,
    (o) =>
      o.eventQuarantined({ source: 'default', reason: 'the body is not JSON', bytes: 1, quarantineId: 'q' }),
  ],
  [
    'longshore_requests_spooled_total{source="nexus",kind="nexus",reason="QUEUE_FULL"}',
    1,
    (o) => o.eventSpooled({ source: 'nexus', kind: 'nexus', reason: 'QUEUE_FULL', bytes: 1 }),
  ],
  ['longshore_spool_fed_total{source="nexus",outcome="taken"}', 1, (o) => o.spoolFed({ source: 'nexus' })],
  ['longshore_log_lines_skipped_total{source="nexus"}', 3, (o) => o.linesSkipped('nexus', 3)],
  [
    'longshore_spool_fed_total{source="nexus",outcome="aside"}',
    1,
    (o) => o.eventAside({ source: 'nexus', reason: 'failed', bytes: 1, file: 'x' }),
  ],
  ['longshore_spool_requests', 3, (o) => o.spoolHolds({ requests: 3, bytes: 4 })],
  ['longshore_spool_bytes', 4, (o) => o.spoolHolds({ requests: 3, bytes: 4 })],
  [
    'longshore_deliveries_ignored_total{endpoint="alistener",rule="ignore.actions"}',
    1,
    (o) => o.deliveryIgnored({ endpoint: 'alistener', rule: 'ignore.actions' }),
  ],
  ['longshore_filter_errors_total{endpoint="alistener"}', 1, (o) => o.filterFailed('alistener')],
  [
    'longshore_deliveries_collapsed_total{endpoint="alistener"}',
    1,
    (o) => o.deliveryCollapsed({ endpoint: 'alistener', deliveryId: 'd1', eventId: 'e', into: 'd0' }),
  ],
  [
    'longshore_delivery_attempts_total{endpoint="alistener",outcome="retry",reason="http_503"}',
    1,
    (o) => o.deliveryAttempted(failed),
  ],
  [
    'longshore_delivery_duration_seconds_bucket{le="0.005",endpoint="alistener"}',
    1,
    (o) => o.deliveryAttempted(attempted),
  ],
  [
    'longshore_delivery_duration_seconds_sum{endpoint="alistener"}',
    0.003,
    (o) => o.deliveryAttempted(attempted),
  ],
  ...(['delivered', 'dead', 'expired', 'dropped'] as const).map(
    (outcome): [string, number, (o: Observer) => void] => [
      `longshore_deliveries_settled_total{endpoint="alistener",outcome="${outcome}"}`,
      1,
      (o) => o.deliverySettled({ ...settled, outcome }),
    ],
  ),
  [
    'longshore_deliveries_settled_total{endpoint="alistener",outcome="superseded"}',
    1,
    (o) => o.deliverySuperseded({ endpoint: 'alistener', deliveryId: 'd1', by: 'd2' }),
  ],
  ...[
    'longshore_events_replayed_total{endpoint="alistener"}',
    'registry_notifications_events_total{type="Events",endpoint="alistener"}',
  ].map((metric): [string, number, (o: Observer) => void] => [
    metric,
    3,
    (o) =>
      o.eventsReplayed({
        ...{ endpoint: 'alistener', run: 'r', by: 'me', events: 9, enqueued: 3, had: 6 },
        ...{ waiting: 0, retried: 0, ignored: 0, unreadable: 0 },
      }),
  ]),
  [
    'longshore_deliveries_replayed_total{endpoint="alistener"}',
    1,
    (o) => o.deliveryReplayed({ ...settled, by: 'longshore dead retry' }),
  ],
  ...(['replayed', 'dropped', 'expired'] as const).map((outcome): [string, number, (o: Observer) => void] => [
    outcome === 'replayed'
      ? 'longshore_deliveries_replayed_total{endpoint="alistener"}'
      : `longshore_deliveries_settled_total{endpoint="alistener",outcome="${outcome}"}`,
    7,
    (o) => o.deliveryCounted({ endpoint: 'alistener', outcome, count: 7, by: 'me' }),
  ]),
  [
    'longshore_event_age_seconds_bucket{le="60",endpoint="alistener"}',
    1,
    (o) => o.deliverySettled({ ...settled, outcome: 'delivered' }, { receivedAt: Date.now() - 20_000 }),
  ],
  [
    'longshore_event_age_seconds_bucket{le="15",endpoint="alistener"}',
    0,
    (o) => o.deliverySettled({ ...settled, outcome: 'delivered' }, { receivedAt: Date.now() - 20_000 }),
  ],
  // the clock of the machine that received it goes ahead of ours
  [
    'longshore_event_age_seconds_sum{endpoint="alistener"}',
    0,
    (o) => o.deliverySettled({ ...settled, outcome: 'delivered' }, { receivedAt: Date.now() + 20_000 }),
  ],
  ...(['waiting', 'active', 'delayed', 'dead'] as const).map(
    (state, index): [string, number, (o: Observer) => void] => [
      `longshore_queue_deliveries{endpoint="alistener",state="${state}"}`,
      index + 1,
      (o) => o.setQueueCounts('alistener', { waiting: 1, active: 2, delayed: 3, dead: 4 }),
    ],
  ),
  [
    'longshore_queue_oldest_seconds{endpoint="alistener"}',
    90,
    (o) => o.setEndpointHealth('alistener', { oldest: 90_000, failing: 0 }),
  ],
  [
    'longshore_endpoint_failing_seconds{endpoint="alistener"}',
    300,
    (o) => o.setEndpointHealth('alistener', { oldest: 0, failing: 300_000 }),
  ],
  [
    'longshore_endpoint_held{endpoint="alistener"}',
    1,
    (o) => o.setEndpointHealth('alistener', { oldest: 0, failing: 0, isHeld: true }),
  ],
  [
    'longshore_endpoint_held_seconds_total{endpoint="alistener"}',
    1.5,
    (o) => o.endpointHeldFor('alistener', 1_500),
  ],
  [
    'longshore_deliveries_deferred_total{endpoint="alistener",reason="proxy"}',
    1,
    (o) => o.deliveryDeferred({ endpoint: 'alistener', reason: 'proxy' }),
  ],
  ['longshore_quarantine_entries', 3, (o) => o.setStores({ quarantined: 3, redisMemory: 0.5 })],
  ['longshore_redis_memory_ratio', 0.5, (o) => o.setStores({ quarantined: 3, redisMemory: 0.5 })],
  [
    'longshore_alert_notifications_total{alert="failing",outcome="sent"}',
    1,
    (o) => o.alertSent({ ...alert, attempts: 1 }),
  ],
  [
    'longshore_alert_notifications_total{alert="failing",outcome="failed"}',
    1,
    (o) => {
      o.alertFailed({ ...alert, attempt: 1, reason: 'refused', retryAt: 1 });
      o.alertFailed({ ...alert, attempt: 2, reason: 'refused' });
    },
  ],
  [
    'longshore_signin_failures_total{listener="dashboard"}',
    1,
    (o) => o.signInFailed({ listener: 'dashboard' }),
  ],
  [
    'longshore_redis_losses_total',
    1,
    (o) => o.queueLost({ from: 0, until: 1, state: 'empty', detail: 'all of it' }),
  ],
  ['longshore_trail_entries_dropped_total{reason="memory"}', 3, (o) => o.trailDropped(3, 'memory')],
  [
    'longshore_preheat_blobs_total{endpoint="warm",target="mirror",result="warmed"}',
    2,
    (o) => o.preheatFinished(aRun),
  ],
  [
    'longshore_preheat_blobs_total{endpoint="warm",target="none",result="skipped"}',
    1,
    (o) => o.preheatFinished(aRun),
  ],
  ['longshore_preheat_bytes_total{endpoint="warm",target="mirror"}', 30, (o) => o.preheatFinished(aRun)],
  ['longshore_preheat_duration_seconds_sum{endpoint="warm"}', 2, (o) => o.preheatFinished(aRun)],
  [
    'longshore_preheat_duration_seconds_count{endpoint="warm"}',
    undefined,
    (o) => o.preheatFinished({ ...aRun, result: 'partial' }),
  ],
  ['longshore_preheat_ratelimit_remaining{endpoint="warm"}', 76, (o) => o.preheatFinished(aRun)],
  ['longshore_config_last_reload_successful', 1, (o) => o.configLoaded(5_000)],
  ['longshore_config_last_reload_successful', 0, (o) => o.configRefused()],
  ['longshore_config_last_reload_success_timestamp_seconds', 5, (o) => o.configLoaded(5_000)],
  [
    'longshore_certificate_expiry_seconds{setting="redis.tls.cert"}',
    9,
    (o) => {
      o.certificatesExpire([{ setting: 'redis.tls.ca', at: 1_000 }]);
      o.certificatesExpire([{ setting: 'redis.tls.cert', at: 9_000 }]);
    },
  ],
  ['longshore_redis_up', 1, (o) => o.redisUp(true)],
  ['longshore_build_info{version="1.2.3"}', 1, () => {}],
  ['longshore_log_lines_dropped_total', 0, () => {}],
  [
    'longshore_connections_dropped_total{listener="ingest"}',
    2,
    (o) => {
      o.connectionDropped('ingest');
      o.connectionDropped('ingest');
    },
  ],
  [
    'longshore_internal_errors_total{where="queue.wake"}',
    1,
    () => ignore('queue.wake')(new Error('refused')),
  ],
  [
    'registry_notifications_events_total{type="Events",endpoint="alistener"}',
    3,
    (o) => o.eventReceived(received, { enqueuedTo: { alistener: 3, other: 1 } }),
  ],
  [
    'registry_notifications_events_total{type="Successes",endpoint="alistener"}',
    1,
    (o) => o.deliveryAttempted(attempted),
  ],
  [
    'registry_notifications_events_total{type="Failures",endpoint="alistener"}',
    1,
    (o) => o.deliveryAttempted(failed),
  ],
  [
    'registry_notifications_events_total{type="Errors",endpoint="alistener"}',
    1,
    (o) => o.deliveryAttempted({ ...failed, status: undefined, reason: 'timeout' }),
  ],
  [
    'registry_notifications_status_total{code="200 OK",endpoint="alistener"}',
    1,
    (o) => o.deliveryAttempted(attempted),
  ],
  [
    'registry_notifications_status_total{code="503 Service Unavailable",endpoint="alistener"}',
    1,
    (o) => o.deliveryAttempted(failed),
  ],
  ['longshore_worker_last_fetch_seconds', 0.5, (o) => o.workerFetches(() => 0.5)],
  [
    'registry_notifications_pending_total{endpoint="alistener"}',
    6,
    (o) => o.setQueueCounts('alistener', { waiting: 1, active: 2, delayed: 3, dead: 4 }),
  ],
  [
    'longshore_archive_rows_total{result="stored"}',
    3,
    (o) => o.archiveWritten({ stored: 3, duplicates: 2, rejected: 1, ms: 4 }),
  ],
  [
    'longshore_archive_rows_total{result="duplicate"}',
    2,
    (o) => o.archiveWritten({ stored: 3, duplicates: 2, rejected: 1, ms: 4 }),
  ],
  [
    'longshore_archive_batch_seconds_bucket{le="0.005"}',
    1,
    (o) => o.archiveWritten({ stored: 3, duplicates: 0, rejected: 0, ms: 4 }),
  ],
  ['longshore_archive_errors_total{work="write"}', 1, (o) => o.archiveFailed('write')],
  [
    'longshore_archive_partitions_dropped_total{why="size"}',
    1,
    (o) => o.archiveDropped({ partition: 'event_2026_07', since: 0, until: 1, bytes: 5, why: 'size' }),
  ],
  ['longshore_archive_bytes', undefined, () => {}],
  ['longshore_archive_bytes', 9, (o) => o.archiveHolds(held)],
  ['longshore_archive_max_bytes', undefined, (o) => o.archiveHolds({ ...held, maxbytes: 0 })],
  ['longshore_archive_max_bytes', 10, (o) => o.archiveHolds(held)],
  ['longshore_archive_events', 7, (o) => o.archiveHolds(held)],
  ['longshore_archive_oldest_timestamp_seconds', 5, (o) => o.archiveHolds(held)],
  ['longshore_archive_partitions_ahead', 2, (o) => o.archiveHolds(held)],
  ['longshore_archive_partitions_missing', 1, (o) => o.archiveHolds(held)],
  [
    'longshore_archive_partitions_missing',
    undefined,
    (o) => {
      o.archiveHolds(held);
      o.archiveHolds(undefined);
    },
  ],
  ['longshore_reconcile_lost_events_total{source="a"}', 2, (o) => o.reconciled(compared)],
  ['longshore_reconcile_counted_lost_events_total{source="a"}', 3, (o) => o.countedLost('a', 3)],
  ['longshore_reconcile_errors_total{source="a"}', 1, (o) => o.reconciled(compared)],
  ['longshore_reconcile_proven_timestamp_seconds{source="a"}', 9, (o) => o.reconciled(compared)],
  ['longshore_reconcile_lost_since_timestamp_seconds{source="a"}', 3, (o) => o.reconciled(compared)],
  ['longshore_reconcile_lost_until_timestamp_seconds{source="a"}', 5, (o) => o.reconciled(compared)],
  [
    'longshore_reconcile_lost_until_timestamp_seconds{source="a"}',
    undefined,
    (o) => o.reconciled({ ...compared, healed: 0 }),
  ],
];

test.each(table)('%s becomes %s', async (sample, value, happen) => {
  const { observer, samples } = observed();
  happen(observer);
  expect((await samples()).get(sample)).toBe(value);
});

test('every metric of the table is moved above', () => {
  const moved = table.map(([sample]) => sample.replace(/\{.*/, '').replace(/_(bucket|sum|count)$/, ''));
  expect(new Set(moved)).toEqual(new Set(Object.keys(METRICS)));
});

test('what is read twice is not counted twice', async () => {
  const { observer, samples } = observed();
  observer.deliveryAttempted(attempted);
  expect(await samples()).toEqual(expect.any(Map));
  const sample = 'registry_notifications_events_total{type="Successes",endpoint="alistener"}';
  expect((await samples()).get(sample)).toBe(1);
});

test('queue counts are exported only where they are set, and go with their endpoint', async () => {
  const { observer, samples } = observed();
  const shown = async () =>
    [...(await samples()).keys()].filter((name) =>
      /^(longshore_(queue|endpoint)|registry_\w+_pending)/.test(name),
    );
  observer.deliveryAttempted(attempted);
  expect(await shown()).toEqual([]);
  observer.setQueueCounts('alistener', { waiting: 1, active: 0, delayed: 0, dead: 0 });
  observer.setEndpointHealth('alistener', { oldest: 1, failing: 1 });
  expect(await shown()).toHaveLength(8);
  observer.forgetEndpoint('alistener');
  expect(await shown()).toEqual([]);
});

test('Redis is down until it is known to be up', async () => {
  const { observer, samples } = observed();
  expect((await samples()).get('longshore_redis_up')).toBe(0);
  observer.redisUp(true);
  observer.redisUp(false);
  expect((await samples()).get('longshore_redis_up')).toBe(0);
});

test('the process’s own metrics are there, and two observers share nothing', async () => {
  const one = observed();
  const two = observed();
  one.observer.deliveryAttempted(attempted);
  const { contentType, body } = await one.observer.metrics();
  expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(body).toMatch(/^process_cpu_seconds_total /m);
  expect(body).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
  expect((await two.observer.metrics()).body).not.toContain('alistener');
});

test('the counters of a mixed run add up', async () => {
  const { observer, samples } = observed();
  const outcomes = ['delivered', 'retry', 'dead'] as const;
  for (let n = 0; n < 300; n++) {
    const outcome = outcomes[n % 3] ?? 'dead';
    const answered = n % 2 === 0;
    observer.deliveryAttempted({
      ...attempted,
      outcome,
      status: answered || outcome === 'delivered' ? 200 + n : undefined,
      reason: answered ? `http_${200 + n}` : 'reset',
    });
    if (outcome !== 'retry') observer.deliverySettled({ ...settled, outcome });
  }
  const sum = async (start: string) =>
    [...(await samples())].reduce((all, [name, value]) => (name.startsWith(start) ? all + value : all), 0);
  expect(await sum('longshore_delivery_attempts_total')).toBe(300);
  expect(await sum('longshore_delivery_duration_seconds_count')).toBe(300);
  expect(await sum('registry_notifications_events_total')).toBe(300);
  expect(await sum('registry_notifications_status_total')).toBe(
    300 - (await sum('registry_notifications_events_total{type="Errors"')),
  );
  expect(await sum('longshore_deliveries_settled_total')).toBe(200);
  expect(await sum('longshore_delivery_attempts_total{endpoint="alistener",outcome="delivered"')).toBe(
    await sum('longshore_deliveries_settled_total{endpoint="alistener",outcome="delivered"'),
  );
});

test('the expiry of a certificate that left the configuration is no longer exported', async () => {
  const { observer, samples } = observed();
  observer.certificatesExpire([{ setting: 'redis.tls.ca', at: 1_000 }]);
  const name = 'longshore_certificate_expiry_seconds{setting="redis.tls.ca"}';
  expect((await samples()).get(name)).toBe(1);
  observer.certificatesExpire([]);
  expect((await samples()).has(name)).toBe(false);
});
