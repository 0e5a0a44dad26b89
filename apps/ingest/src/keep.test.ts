/** How much of a request quarantine takes. */
import { startRedis } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { anEvent, endpoints, envelope } from './testing/events.js';
import { startIngest } from './testing/ingest.js';

const numbers = (length: number) => Array.from({ length }, (_, number) => number);

test('fifty unreadable events or more are kept as the request that they came in', async () => {
  const ingest = await startIngest(endpoints('one'));
  const bad = numbers(50);
  const body = envelope(anEvent(), ...bad);
  const answer = await ingest.post(body);
  const counts = { accepted: 1, enqueued: 1, duplicates: 0, ignored: 0, quarantined: bad.length };
  expect([answer.status, answer.json]).toEqual([202, { ...counts, reason: 'the event is not an object' }]);
  expect(await ingest.stored()).toEqual({ deliveries: 1, quarantined: 1 });
  const [kept] = await ingest.quarantine.list();
  const reason = '50 or more events of the request cannot be read';
  expect(kept).toMatchObject({ reason, bytes: JSON.stringify(body).length });
  expect(ingest.records()).toMatchObject([
    { record: 'event.received', accepted: 1 },
    { record: 'event.quarantined', reason, quarantineId: kept?.id },
  ]);
});

test('a request of more than 10,000 events is kept as it came, and none of them is taken', async () => {
  const ingest = await startIngest(endpoints('one'));
  const body = envelope(anEvent(), ...numbers(10_000));
  const answer = await ingest.post(body);
  expect([answer.status, answer.json]).toEqual([
    202,
    { accepted: 0, enqueued: 0, duplicates: 0, ignored: 0, quarantined: 1, reason: 'too many events' },
  ]);
  expect(await ingest.stored()).toEqual({ deliveries: 0, quarantined: 1 });
  expect(ingest.records()).toMatchObject([{ record: 'event.quarantined', reason: 'too many events' }]);
});

test('two events that differ in their headers alone are kept both, one that is sent again once', async () => {
  const ingest = await startIngest({ ...endpoints('one'), sources: [{ name: 'hub', kind: 'dockerhub' }] });
  for (const id of ['1', '2', '2']) {
    const headers = { 'ce-specversion': '1.0', 'ce-id': id, 'ce-source': '/a', 'ce-type': 'pushed' };
    await ingest.post('{}', { path: '/sources/hub', headers });
  }
  const kept = await ingest.quarantine.list();
  expect(kept.map(({ headers }) => headers['ce-id']).sort()).toEqual(['1', '2']);
});

test('a request that is kept whole is kept without its tokens', async () => {
  const ingest = await startIngest(endpoints('one'));
  const user = 'eyJhbGciOiJub25lIn0.eyJ1c2VyIjoiY2kifQ.c2ln';
  await ingest.post(envelope({ actor: { name: 'ci', user } }, ...numbers(1_000)));
  const [kept] = await ingest.quarantine.list();
  const body = Buffer.from(kept?.body ?? '', 'base64').toString();
  expect(body).toContain('"actor":{"name":"ci"}');
  expect(body).not.toContain('eyJ');
});

test('each of forty-nine is kept on its own, and takes no more room than it has', async () => {
  const redis = await startRedis({ maxmemory: '64mb' });
  const ingest = await startIngest(endpoints('one'), { redis: redis.url });
  const padding = 'x'.repeat(1_000_000);
  const answer = await ingest.post({ ...envelope(...numbers(49)), padding });
  expect(answer).toMatchObject({ status: 202, json: { quarantined: 49 } });
  expect(await ingest.stored()).toEqual({ deliveries: 0, quarantined: 49 });
});

test('a source that sends nonsense removes its own entries, and none of another source', async () => {
  const sources = ['a', 'b'].map((name) => ({ name, kind: 'distribution' }));
  const ingest = await startIngest({ ...endpoints('one'), sources });
  for (let n = 0; n < 3; n++) await ingest.post(`quiet ${n}`, { path: '/sources/b' });
  for (let n = 0; n < 25; n++) {
    const body = envelope(...numbers(49).map((event) => `${n} ${event}`));
    await ingest.post(body, { path: '/sources/a' });
  }
  const kept = await ingest.quarantine.list(2_000);
  expect(kept).toHaveLength(1_000);
  expect(kept.filter(({ source }) => source === 'b')).toHaveLength(3);
  const removed = 'quarantine is full: the oldest entry of the source that holds most was removed';
  expect(ingest.lines.filter(({ msg }) => msg === removed)).toHaveLength(25 * 49 + 3 - 1_000);
});
