import { expect, test } from 'vitest';
import type { Observer } from './observer.js';
import { RECORDS } from './records-table.js';
import { aRun, attempted, observed, received } from './testing/observed.js';

const ids = { deliveryId: attempted.deliveryId, eventId: attempted.eventId };
const settled = { endpoint: 'alistener', ...ids, attempts: 10, reason: 'http_500' };
const view = { action: 'push', repository: 'acme/app', tag: '1.0' };
const quarantined = {
  source: 'default',
  kind: 'harbor',
  reason: 'the body is not JSON',
  bytes: 9,
  quarantineId: 'q1',
};

const spooled = { source: 'nexus', kind: 'nexus', reason: 'QUEUE_UNAVAILABLE', bytes: 900 };
const aside = { source: 'unknown', reason: 'damaged', bytes: 12, file: 'data/spool/bad/1-2-3.bad' } as const;
const acted = {
  ...{ actor: 'alice', kind: 'oidc', role: 'admin', by: 'the dashboard', addr: '10.0.0.7' },
  ...{ action: 'dead.drop', endpoint: 'one', filter: '{"endpoint":"one"}', at: 1_000 },
};

const replayed = {
  ...{ endpoint: 'one', run: '0a1b2c3d', by: 'longshore replay', events: 9, enqueued: 3, had: 2 },
  ...{ waiting: 1, retried: 1, ignored: 1, unreadable: 1 },
};

const dropped = { partition: 'event_2026_08', since: 0, until: 1_000, bytes: 8_192, why: 'age' } as const;
const droppedLine = {
  ...{ record: 'archive.dropped', partition: 'event_2026_08', bytes: 8_192 },
  ...{ since: '1970-01-01T00:00:00.000Z', until: '1970-01-01T00:00:01.000Z' },
};

const alert = {
  alert: 'failing',
  state: 'firing',
  receiver: 'oncall',
  endpoint: 'alistener',
  summary: 'alistener has failed for 5m',
} as const;
const warmedLine = {
  endpoint: 'warm',
  deliveryId: attempted.deliveryId,
  repository: 'acme/app',
  tag: '1.0',
  digest: 'sha256:00',
  result: 'succeeded',
  warmed: 2,
  already: 1,
  asked: 0,
  skipped: 1,
  failed: 0,
  bytes: 30,
  ms: 1_000,
  ageMs: 2_000,
};

/** What is recorded, and the line that comes of it: level, msg, fields in their order. */
const table: [what: string, record: (o: Observer) => void, level: string, msg: string, fields: object][] = [
  [
    'event.received',
    (o) => o.eventReceived(received, { enqueuedTo: { a: 1, b: 1 } }),
    'info',
    'event received',
    { record: 'event.received', ...received },
  ],
  [
    'event.replayed',
    (o) => o.eventsReplayed(replayed),
    'info',
    'events replayed',
    { record: 'event.replayed', ...replayed },
  ],
  [
    'event.quarantined',
    (o) => o.eventQuarantined(quarantined),
    'warn',
    'event quarantined',
    { record: 'event.quarantined', ...quarantined },
  ],
  [
    'event.refused',
    (o) =>
      o.eventRefused({
        source: 'nexus',
        status: 401,
        reason: 'SOURCE_UNAUTHORIZED',
        detail: 'no credentials',
      }),
    'warn',
    'event refused',
    {
      record: 'event.refused',
      source: 'nexus',
      status: 401,
      reason: 'SOURCE_UNAUTHORIZED',
      detail: 'no credentials',
    },
  ],
  [
    'event.spooled',
    (o) => o.eventSpooled(spooled),
    'info',
    'event spooled',
    { record: 'event.spooled', ...spooled },
  ],
  [
    'event.aside',
    (o) => o.eventAside(aside),
    'error',
    'spooled event set aside',
    { record: 'event.aside', ...aside },
  ],
  [
    'delivery.attempted, delivered',
    (o) => o.deliveryAttempted(attempted),
    'info',
    'notification sent',
    { record: 'delivery.attempted', ...attempted },
  ],
  [
    'delivery.attempted, retry',
    (o) =>
      o.deliveryAttempted({
        ...attempted,
        outcome: 'retry',
        status: undefined,
        reason: 'refused',
        ms: 0.123456,
        retryAt: Date.UTC(2026, 10, 21, 9, 31),
        detail: 'a:1: nothing listens',
      }),
    'warn',
    'notification failed',
    {
      record: 'delivery.attempted',
      endpoint: 'alistener',
      ...ids,
      action: 'push',
      repository: 'acme/app',
      tag: '1.0',
      attempt: 1,
      outcome: 'retry',
      reason: 'refused',
      ms: 0.1,
      retryAt: '2026-11-21T09:31:00.000Z',
      detail: 'a:1: nothing listens',
    },
  ],
  [
    'delivery.attempted, dead',
    (o) =>
      o.deliveryAttempted({ ...attempted, outcome: 'dead', status: 410, reason: 'http_410', tag: undefined }),
    'warn',
    'notification failed',
    {
      record: 'delivery.attempted',
      endpoint: 'alistener',
      ...ids,
      action: 'push',
      repository: 'acme/app',
      attempt: 1,
      outcome: 'dead',
      status: 410,
      reason: 'http_410',
      ms: 3,
    },
  ],
  [
    'delivery.settled, dead',
    (o) => o.deliverySettled({ ...settled, ...view, outcome: 'dead' }),
    'error',
    'notification dropped',
    { record: 'delivery.settled', ...settled, ...view, outcome: 'dead', kept: true },
  ],
  [
    'delivery.settled, expired',
    (o) => o.deliverySettled({ ...settled, outcome: 'expired' }),
    'warn',
    'notification dropped',
    { record: 'delivery.settled', ...settled, outcome: 'expired' },
  ],
  [
    'delivery.settled, dropped',
    (o) => o.deliverySettled({ ...settled, outcome: 'dropped' }),
    'warn',
    'notification dropped',
    { record: 'delivery.settled', ...settled, outcome: 'dropped' },
  ],
  [
    'delivery.replayed',
    (o) => o.deliveryReplayed({ ...settled, repository: 'acme/app', by: 'longshore dead retry' }),
    'info',
    'notification replayed',
    { record: 'delivery.replayed', ...settled, repository: 'acme/app', by: 'longshore dead retry' },
  ],
  [
    'delivery.counted',
    (o) => o.deliveryCounted({ endpoint: 'one', outcome: 'dropped', count: 7, by: 'longshore dead drop' }),
    'warn',
    'notifications counted',
    {
      record: 'delivery.counted',
      endpoint: 'one',
      outcome: 'dropped',
      count: 7,
      by: 'longshore dead drop',
    },
  ],
  [
    'endpoint.held',
    (o) => o.endpointHeld({ endpoint: 'one', reason: 'refused', waiting: 9, probeAt: 0 }),
    'warn',
    'endpoint held',
    {
      record: 'endpoint.held',
      endpoint: 'one',
      reason: 'refused',
      waiting: 9,
      probeAt: '1970-01-01T00:00:00.000Z',
    },
  ],
  [
    'endpoint.recovered',
    (o) =>
      o.endpointRecovered({ endpoint: 'one', heldMs: 30_000, waited: 200, revived: 3, reason: 'refused' }),
    'info',
    'endpoint recovered',
    {
      record: 'endpoint.recovered',
      endpoint: 'one',
      heldMs: 30_000,
      waited: 200,
      revived: 3,
      reason: 'refused',
    },
  ],
  [
    'endpoint.released',
    (o) => o.endpointReleased({ endpoint: 'one', heldMs: 30_000, reason: 'refused' }),
    'warn',
    'endpoint no longer held',
    { record: 'endpoint.released', endpoint: 'one', heldMs: 30_000, reason: 'refused' },
  ],
  [
    'delivery.superseded',
    (o) => o.deliverySuperseded({ endpoint: 'alistener', ...ids, by: 'd2', action: 'push' }),
    'info',
    'notification superseded',
    { record: 'delivery.superseded', endpoint: 'alistener', ...ids, by: 'd2', action: 'push' },
  ],
  [
    'queue.lost',
    (o) => o.queueLost({ from: 0, until: 1_000, state: 'older', detail: 'some of it' }),
    'error',
    'Redis lost data',
    {
      record: 'queue.lost',
      from: '1970-01-01T00:00:00.000Z',
      until: '1970-01-01T00:00:01.000Z',
      state: 'older',
      detail: 'some of it',
    },
  ],
  [
    'archive.dropped',
    (o) => o.archiveDropped(dropped),
    'info',
    'archive partition dropped',
    { ...droppedLine, why: 'age' },
  ],
  [
    'archive.dropped',
    (o) => o.archiveDropped({ ...dropped, why: 'size' }),
    'warn',
    'archive partition dropped',
    { ...droppedLine, why: 'size' },
  ],
  [
    'operator.acted',
    (o) => o.operatorActed({ ...acted, count: 3, result: 'done' }),
    'info',
    'operator acted',
    { record: 'operator.acted', ...acted, count: 3, result: 'done', at: '1970-01-01T00:00:01.000Z' },
  ],
  [
    'operator.acted',
    (o) => o.operatorActed({ ...acted, count: 1, result: 'stopped' }),
    'warn',
    'operator acted',
    { record: 'operator.acted', ...acted, count: 1, result: 'stopped', at: '1970-01-01T00:00:01.000Z' },
  ],
  [
    'alert.sent',
    (o) => o.alertSent({ ...alert, attempts: 2 }),
    'warn',
    'alert sent',
    { record: 'alert.sent', ...alert, attempts: 2 },
  ],
  [
    'alert.failed, tried again',
    (o) => o.alertFailed({ ...alert, attempt: 1, reason: 'refused', retryAt: Date.UTC(2026, 10, 21, 9, 31) }),
    'warn',
    'alert failed',
    {
      record: 'alert.failed',
      ...alert,
      attempt: 1,
      reason: 'refused',
      retryAt: '2026-11-21T09:31:00.000Z',
    },
  ],
  [
    'alert.failed, given up',
    (o) => o.alertFailed({ ...alert, attempt: 9, status: 500, reason: 'http_500', detail: 'see its log' }),
    'error',
    'alert failed',
    { record: 'alert.failed', ...alert, attempt: 9, status: 500, reason: 'http_500', detail: 'see its log' },
  ],
  [
    'delivery.ignored',
    (o) => o.deliveryIgnored({ endpoint: 'alistener', rule: 'ignore.tags', ...ids, action: 'push' }),
    'debug',
    'notification ignored',
    { record: 'delivery.ignored', endpoint: 'alistener', rule: 'ignore.tags', ...ids, action: 'push' },
  ],
  [
    'delivery.collapsed',
    (o) => o.deliveryCollapsed({ endpoint: 'alistener', ...ids, into: 'd0', action: 'push' }),
    'debug',
    'notification collapsed',
    { record: 'delivery.collapsed', endpoint: 'alistener', ...ids, into: 'd0', action: 'push' },
  ],
  [
    'preheat.finished, succeeded',
    (o) => o.preheatFinished(aRun),
    'info',
    'image warmed',
    { record: 'preheat.finished', ...warmedLine, result: 'succeeded' },
  ],
  [
    'preheat.finished, partial',
    (o) => o.preheatFinished({ ...aRun, result: 'partial', detail: '1 of 4 parts failed' }),
    'warn',
    'image not warmed',
    { record: 'preheat.finished', ...warmedLine, result: 'partial', detail: '1 of 4 parts failed' },
  ],
  [
    'copy.finished, succeeded',
    (o) => o.preheatFinished({ ...aRun, kind: 'copy' }),
    'info',
    'image copied',
    { record: 'copy.finished', ...warmedLine, result: 'succeeded' },
  ],
  [
    'copy.finished, partial',
    (o) => o.preheatFinished({ ...aRun, kind: 'copy', result: 'partial', detail: '1 of 4 parts failed' }),
    'warn',
    'image not copied',
    { record: 'copy.finished', ...warmedLine, result: 'partial', detail: '1 of 4 parts failed' },
  ],
];

test.each(table)('%s is one line', (_, record, level, msg, fields) => {
  const { observer, lines } = observed();
  record(observer);
  const [line, ...more] = lines();
  const { time, ...rest } = line ?? {};
  expect(rest).toEqual({ level, ...fields, msg });
  expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(more).toEqual([]);
});

test('every record of the catalogue is recorded above, with no field that the catalogue does not know', () => {
  const { observer, lines } = observed();
  for (const [, record] of table) record(observer);
  expect(new Set(lines().map((line) => line.record))).toEqual(new Set(Object.keys(RECORDS)));
  for (const { level, time, record, msg, ...fields } of lines()) {
    expect(Object.keys(RECORDS[record as keyof typeof RECORDS].fields)).toEqual(
      expect.arrayContaining(Object.keys(fields)),
    );
  }
});

test('a delivered delivery is settled without a line: its attempt has recorded it', () => {
  const { observer, lines } = observed();
  observer.deliverySettled({ ...settled, outcome: 'delivered' }, { receivedAt: Date.now() });
  expect(lines()).toEqual([]);
});

test('a level keeps less important records out of the log, not out of the metrics', async () => {
  const { observer, lines, samples } = observed({ level: 'error' });
  for (const [, record] of table) record(observer);
  expect(lines().map((line) => line.record)).toEqual([
    'event.aside',
    'delivery.settled',
    'queue.lost',
    'alert.failed',
  ]);
  expect(
    (await samples()).get('longshore_deliveries_ignored_total{endpoint="alistener",rule="ignore.tags"}'),
  ).toBe(1);
});

test('a time that no clock has costs no record', () => {
  const { observer, lines } = observed();
  observer.deliveryAttempted({ ...attempted, ms: Number.NaN });
  observer.eventReceived(received, { enqueuedTo: { alistener: Number.NaN } });
  observer.deliveryAttempted({ ...attempted, outcome: 'retry', retryAt: Number.MAX_VALUE });
  expect(lines()).toHaveLength(3);
});

test('no sender makes a line as long as it likes', () => {
  const { observer, lines } = observed();
  const long = 'x'.repeat(100_000);
  const [event] = received.events;
  const events = [{ ...event, id: long, repository: long, tag: long, action: long, digest: long }];
  observer.eventReceived({ ...received, events }, { enqueuedTo: {} });
  observer.eventRefused({ source: long, status: 404, reason: 'SOURCE_UNKNOWN', detail: long });
  observer.log.error({ err: new Error(long) }, 'failed');
  for (const line of lines()) expect(JSON.stringify(line).length).toBeLessThan(10_000);
  const repository = 'r'.repeat(255);
  observer.eventReceived(
    { ...received, events: [{ id: 'e', action: 'push', repository }] },
    { enqueuedTo: {} },
  );
  expect(lines().at(-1)).toMatchObject({ events: [{ repository }] });
});

test('a record lists a thousand events and counts the others', async () => {
  const { observer, lines, samples } = observed();
  const [event] = received.events;
  const events = Array.from({ length: 1_002 }, (_, at) => ({ ...event, id: String(at), action: 'push' }));
  observer.eventReceived({ ...received, events }, { enqueuedTo: {} });
  const [line] = lines();
  expect(line).toMatchObject({ record: 'event.received', eventsNotListed: 2 });
  expect(line?.events).toHaveLength(1_000);
  const { source, kind } = received;
  const sample = `longshore_events_received_total{source="${source}",kind="${kind}",action="push"}`;
  expect((await samples()).get(sample)).toBe(1_002);
});
