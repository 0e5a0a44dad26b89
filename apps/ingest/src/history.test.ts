import { deliveryId } from '@longshore/event';
import { expect, test } from 'vitest';
import { anEvent, envelope } from './testing/events.js';
import { startIngest } from './testing/ingest.js';

const endpoints = [
  { name: 'one', url: 'http://hook.example.com/', paused: true },
  { name: 'two', url: 'http://hook.example.com/', paused: true, ignore: { actions: ['pull'] } },
];

test('the history notes each event: what was planned, what was known, and what ignored it', async () => {
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

test('the history notes what went into quarantine, and nothing that was refused', async () => {
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
