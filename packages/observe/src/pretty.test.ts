import { expect, test } from 'vitest';
import type { Observer } from './observer.js';
import { prettyLines } from './pretty.js';
import { attempted, observed, received } from './testing/observed.js';

/** Local, with date and zone, as everywhere in the terminal. */
const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (UTC|[+-]\d\d:\d\d) /;

const settled = { endpoint: 'quickstart', deliveryId: 'd1', attempts: 10, reason: 'http_500' };

test.each<[(o: Observer) => void, string]>([
  [
    (o) => o.deliveryAttempted({ ...attempted, endpoint: 'quickstart' }),
    'notification sent  quickstart  push acme/app:1.0  200 in 3 ms',
  ],
  [
    (o) =>
      o.deliveryAttempted({
        ...attempted,
        attempt: 2,
        outcome: 'retry',
        status: undefined,
        reason: 'refused',
        retryAt: new Date(2026, 10, 21, 9, 31, 7).getTime(),
        detail: 'a:1: nothing listens',
      }),
    'notification failed  alistener  push acme/app:1.0  refused in 3 ms, attempt 2  again at 09:31:07  a:1: nothing listens',
  ],
  [
    (o) =>
      o.deliverySettled({ ...settled, outcome: 'dead', action: 'push', repository: 'acme/app', tag: '1' }),
    'notification dropped  quickstart  push acme/app:1  dead after 10 attempts  http_500  kept in the dead-letter set',
  ],
  [
    (o) => o.deliverySettled({ ...settled, outcome: 'dropped' }),
    'notification dropped  quickstart  dropped after 10 attempts  http_500',
  ],
  [
    (o) => o.deliveryAttempted({ ...attempted, tag: undefined, digest: `sha256:${'0'.repeat(64)}` }),
    'notification sent  alistener  push acme/app@sha256:000000000000  200 in 3 ms',
  ],
  [
    (o) => o.eventSpooled({ source: 'nexus', kind: 'nexus', reason: 'QUEUE_UNAVAILABLE', bytes: 9 }),
    'event spooled  nexus  QUEUE_UNAVAILABLE  9 bytes',
  ],
  [
    (o) => o.eventAside({ source: 'nexus', reason: 'failed', bytes: 9, file: 'bad/1.bad', detail: 'why' }),
    'spooled event set aside  nexus  failed  bad/1.bad  why',
  ],
  [
    (o) =>
      o.eventsReplayed({
        ...{ endpoint: 'a', run: 'r', by: 'longshore replay', events: 9, enqueued: 3, had: 6 },
        ...{ waiting: 0, retried: 0, ignored: 0, unreadable: 0 },
      }),
    'events replayed  a  3 of 9 enqueued  by longshore replay',
  ],
  [
    (o) => o.deliveryIgnored({ endpoint: 'a', rule: 'ignore.tags', action: 'pull' }),
    'notification ignored  a  pull  ignore.tags',
  ],
  [
    (o) => o.deliveryCollapsed({ endpoint: 'a', deliveryId: 'd1', eventId: 'e', into: 'd0', action: 'pull' }),
    'notification collapsed  a  pull  duplicate of d0',
  ],
  [
    (o) => o.eventReceived({ ...received, enqueued: 1, collapsed: 1 }, { enqueuedTo: {} }),
    'event received  default  push acme/app:1.0  1 enqueued, 1 collapsed  in 1.5 ms',
  ],
  [
    (o) => o.eventReceived(received, { enqueuedTo: {} }),
    'event received  default  push acme/app:1.0  2 enqueued  in 1.5 ms',
  ],
  [
    (o) => {
      const byDigest = {
        id: 'e',
        action: 'delete',
        repository: 'acme/app',
        digest: `sha256:${'0'.repeat(64)}`,
      };
      const events = [byDigest, ...received.events];
      o.eventReceived({ ...received, events, enqueued: 0, duplicates: 3, ignored: 1 }, { enqueuedTo: {} });
    },
    'event received  default  delete acme/app@sha256:000000000000 and 1 more  0 enqueued, 3 duplicates, 1 ignored  in 1.5 ms',
  ],
  [
    (o) => o.eventReceived({ ...received, events: [], enqueued: 0 }, { enqueuedTo: {} }),
    'event received  default  no event  0 enqueued  in 1.5 ms',
  ],
  [
    (o) =>
      o.eventQuarantined({ source: 'default', reason: 'the body is not JSON', bytes: 1, quarantineId: 'q1' }),
    'event quarantined  default  the body is not JSON  q1',
  ],
  [
    (o) =>
      o.eventRefused({
        source: 'nexus',
        status: 401,
        reason: 'SOURCE_UNAUTHORIZED',
        detail: 'no credentials',
      }),
    'event refused  nexus  401 SOURCE_UNAUTHORIZED  no credentials',
  ],
  [
    (o) => o.log.info({ ingest: 'http://127.0.0.1:5080' }, 'ready'),
    'ready {"ingest":"http://127.0.0.1:5080"}',
  ],
  [(o) => o.log.warn({}, 'no fields'), 'no fields'],
])('%# a line for people', (happen, expected) => {
  const { observer, raw } = observed({ pretty: true });
  happen(observer);
  expect(raw).toHaveLength(1);
  expect(raw[0]).toMatch(/^[^\n]+\n$/);
  expect(raw[0]?.replace(TIME, '').trimEnd()).toBe(expected);
});

test('an error is printed with its message', () => {
  const { observer, raw } = observed({ pretty: true });
  observer.log.error({ err: new Error('Redis is unavailable') }, 'it failed');
  expect(raw.join('').replace(TIME, '')).toMatch(/^it failed.*Redis is unavailable/s);
});

test('colours come only when they are asked for', () => {
  const line =
    '{"level":"warn","time":"2026-11-21T09:30:00.000Z","record":"event.refused","msg":"event refused"}\n';
  expect(prettyLines(false)(line)).not.toContain('\u001b');
  expect(prettyLines(true)(line)).toContain('\u001b[33mevent refused\u001b[39m');
});

const HOSTILE = 'acme/\u001b[2Ja\u007f\u009b\u202ep\u2066p\u200b\u2028\n';

test.each<[string, (o: Observer) => void]>([
  ['a record', (o) => o.deliveryAttempted({ ...attempted, repository: HOSTILE })],
  ['another line', (o) => o.log.warn({ text: HOSTILE, deep: [{ text: HOSTILE }] }, 'it failed')],
  [
    'the message of an error',
    (o) => o.log.error({ err: Object.assign(new Error(HOSTILE), { code: 'X' }) }, 'no'),
  ],
])('%s from outside cannot drive the terminal', (_, happen) => {
  const { observer, raw } = observed({ pretty: true });
  happen(observer);
  const text = raw.join('');
  expect(text).toContain('acme/');
  expect(text).toContain('\\u202e');
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u);
});

test('a line of JSON has no raw control or format character, and reads the same', () => {
  const { observer, raw } = observed({});
  observer.deliveryAttempted({ ...attempted, repository: HOSTILE });
  expect(raw.join('')).toMatch(/^[\x20-\x7e]+\n$/);
  expect(JSON.parse(raw.join(''))).toMatchObject({ repository: HOSTILE });
});
