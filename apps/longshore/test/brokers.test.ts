/** Endpoints that are message brokers, in a relay: what an outage costs, and what a missing package says. */
import { connect } from '@longshore/queue';
import { createHoldReader } from '@longshore/queue/hold';
import { createInspector } from '@longshore/queue/operator';
import { eventually, redisUrl, startRedis, testPrefix } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { AT_LAST } from './control.js';
import { anEvent, envelope, startRelay, workFolder, writeConfig } from './relay.js';

test('a broker that is away costs no event and no attempt of those that wait, and gets all of them when it is back', async () => {
  const broker = await startRedis({ appendonly: true });
  const redis = { url: redisUrl(), prefix: testPrefix() };
  const file = await writeConfig(await workFolder(), {
    notifications: {
      endpoints: [
        {
          ...{ name: 'stream', kind: 'redisstream', url: broker.url, timeout: '60s' },
          redisstream: { key: 'pushes:{{ repository }}' },
          ...{ threshold: 2, backoff: '50ms', hold: { after: 1, probe: '100ms', maxprobe: '200ms' } },
          ...{ order: 'repository' },
        },
      ],
    },
    redis,
  });
  const relay = await startRelay(file, { roles: ['ingest', 'worker'] });
  const client = connect({ url: redisUrl() }, 'producer', () => {});
  onTestFinished(() => client.disconnect());
  const holds = createHoldReader(client, redis.prefix);
  const inspector = createInspector(client, redis.prefix);
  const stored = async () =>
    (await broker.cli('XRANGE', 'pushes:acme/app', '-', '+')) as [string, string[]][];
  const post = async (from: number) => {
    const ids = Array.from({ length: 10 }, (_, at) => `event-${from + at}`);
    const answer = await relay.post(envelope(...ids.map((id) => anEvent({ id }))));
    expect(await answer.json()).toMatchObject({ enqueued: 10 });
  };

  await post(0);
  await eventually(stored, (entries) => entries.length === 10, AT_LAST);
  await broker.kill();
  await post(10);
  await eventually(
    async () => (await holds.get(['stream'])).get('stream'),
    (hold) => hold?.state === 'held',
    AT_LAST,
  );
  await broker.restart();
  const entries = await eventually(stored, (seen) => seen.length >= 20, AT_LAST);
  const ids = entries.map(([, fields]) => JSON.parse(fields.at(-1) ?? '').id);
  expect(ids).toEqual(Array.from({ length: 20 }, (_, at) => `event-${at}`));
  await eventually(
    () => inspector.counts('stream'),
    ({ waiting, active, delayed, dead }) => waiting + active + delayed + dead === 0,
    AT_LAST,
  );
}, 240_000);
