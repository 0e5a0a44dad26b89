import { deliveryId, EVENTS_V2, type TakenEvent } from '@longshore/event';
import type { TrailEntry } from '@longshore/queue/operator';
import { expect, test } from 'vitest';
import { anEvent, envelope } from './testing/events.js';
import { startIngest } from './testing/ingest.js';
import { noteReceived } from './trail-notes.js';

const endpoints = [
  { name: 'one', url: 'http://hook.example.com/', paused: true },
  { name: 'two', url: 'http://hook.example.com/', paused: true, ignore: { actions: ['pull'] } },
];

test('the trail is told of each event: what was planned, what was known, and what ignored it', async () => {
  const ingest = await startIngest({ notifications: { endpoints } });
  const [push, pull] = [anEvent(), anEvent({ action: 'pull' })];
  await ingest.post(envelope(push, pull));
  await ingest.post(envelope(push));
  const planned = (event: { id?: unknown }, ...names: string[]) =>
    names.map((endpoint) => ({
      endpoint,
      deliveryId: deliveryId({ endpoint, source: 'distribution', eventId: String(event.id) }),
    }));
  const common = { step: 'received', source: 'distribution', kind: 'distribution', remote: '127.0.0.1' };
  expect(ingest.noted).toMatchObject([
    { ...common, eventId: push.id, nativeType: 'push', planned: planned(push, 'one', 'two'), ignored: [] },
    {
      ...common,
      eventId: pull.id,
      planned: planned(pull, 'one'),
      ignored: [{ endpoint: 'two', rule: 'action' }],
    },
    {
      ...common,
      eventId: push.id,
      planned: planned(push, 'one', 'two').map((one) => ({ ...one, known: true })),
    },
  ]);
});

test('the trail is told of what went into quarantine, and of nothing that was refused', async () => {
  const ingest = await startIngest(
    { notifications: { endpoints }, ingest: { auth: { bearer: 'env:TOKEN' } } },
    { env: { TOKEN: 't0ken-t0ken' } },
  );
  const headers = { authorization: 'Bearer t0ken-t0ken' };
  await ingest.post(envelope({ id: 'odd' }), { headers });
  await ingest.post(envelope(anEvent()));
  const [record] = ingest.records().filter((line) => line.record === 'event.quarantined');
  expect(ingest.noted).toMatchObject([
    { step: 'quarantined', quarantineId: record?.quarantineId, reason: record?.reason, remote: '127.0.0.1' },
  ]);
  expect(ingest.noted).toHaveLength(1);
  expect(JSON.stringify(ingest.noted)).not.toContain('t0ken');
});

test('of a request that was kept first, the trail is told when it came and when it was taken', () => {
  const noted: TrailEntry[] = [];
  const taken: TakenEvent = {
    event: { id: '7', class: 'event', action: 'push', nativeType: 'push', target: {}, actor: { name: 'ci' } },
    payload: {},
    contentType: EVENTS_V2,
    source: 's',
    kind: 'k',
    receivedAt: 1_000,
    dedupe: 'a/7',
  };
  const raw = { method: 'POST', path: '/', headers: {}, body: Buffer.from(''), receivedAt: 1_000 };
  const plan = { taken, deliveries: [], ignored: [] };
  noteReceived({ note: (entry) => void noted.push(entry) }, raw, [plan], []);
  noteReceived({ note: (entry) => void noted.push(entry) }, { ...raw, receivedAt: Date.now() }, [plan], []);
  const about = { eventId: '7', dedupe: 'a/7', actor: 'ci' };
  expect(noted[0]).toMatchObject({ ...about, at: 1_000, takenAt: expect.any(Number) });
  expect(noted[1]).not.toHaveProperty('takenAt');
});
