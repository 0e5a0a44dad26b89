import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '@longshore/config';
import { readConfig } from '@longshore/config';
import { isIngestRecord } from '@longshore/observe';
import { connect, createJanitor, createMonitor, createProducer } from '@longshore/queue';
import { createInspector, createJournal } from '@longshore/queue/operator';
import { eventually, redisUrl, startReceiver, startRedis, testPrefix } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { startHousekeeping } from './housekeeping.js';
import { aDelivery, nothingOfItsOwn, observed } from './testing/parts.js';
import { createWorker } from './worker.js';

const silent = { note() {}, async sweep() {} };

async function configOf(text: string): Promise<Config> {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'longshore.yml');
  await writeFile(file, text);
  const { config, problems } = readConfig(file, {});
  if (!config) throw new Error(JSON.stringify(problems));
  return config;
}

test('while Redis fills up, delivered jobs go before their time and what waits stays', async () => {
  const redis = await startRedis({ maxmemory: '100mb' });
  const receiver = await startReceiver();
  const prefix = testPrefix();
  const yaml = `version: 0.1
notifications: { endpoints: [{ name: one, url: "${receiver.url}" }] }
redis: { url: "${redis.url}", prefix: ${prefix} }`;
  const config = await configOf(yaml);
  const { observer, lines } = observed();
  const producer = connect({ url: redis.url }, 'producer', () => {});
  const consumer = connect({ url: redis.url }, 'consumer', () => {});
  const monitor = createMonitor(producer, () => {});
  const inspector = createInspector(producer, prefix);
  const janitor = createJanitor(producer, prefix);
  const worker = createWorker({
    ...{ client: consumer, observer, pulse: silent, trail: silent, version: '0' },
    ...nothingOfItsOwn,
  });
  await monitor.firstAnswer(10_000);
  await createProducer(producer, prefix).enqueue([aDelivery()]);
  worker.prepare(config)();
  await receiver.received(1);
  const completed = () => inspector.boardQueue('one').getCompletedCount();
  await eventually(completed, (count) => count === 1);
  await worker.close();
  await createProducer(producer, prefix).enqueue([{ ...aDelivery(), id: 'f'.repeat(32) }]);

  const keeping = startHousekeeping({
    config: () => config,
    janitor,
    inspector,
    journal: createJournal(producer, prefix, isIngestRecord),
    monitor,
    observer,
    trail: silent,
  });
  onTestFinished(async () => {
    await keeping.close();
    monitor.close();
    producer.disconnect();
    consumer.disconnect();
  });
  await eventually(
    () => inspector.known(),
    (names) => names.includes('one'),
  );
  expect(await completed()).toBe(1);
  await redis.cli('SETRANGE', 'ballast', String(73 * 1024 * 1024), 'x');
  await eventually(completed, (count) => count === 0);
  expect(await inspector.counts('one')).toMatchObject({ waiting: 1 });
  await eventually(() => lines.some(({ msg }) => String(msg).includes('delivered jobs are removed early')));
});

test('the trail is told of each dead delivery that retention removes, and is swept itself', async () => {
  const prefix = testPrefix();
  const yaml = `version: 0.1
notifications: { endpoints: [{ name: one, url: "http://127.0.0.1:9/" }] }
redis: { url: "${redisUrl()}", prefix: ${prefix} }`;
  const config = await configOf(yaml);
  const { observer } = observed();
  const producer = connect({ url: redisUrl() }, 'producer', () => {});
  const monitor = createMonitor(producer, () => {});
  const inspector = createInspector(producer, prefix);
  await monitor.firstAnswer(10_000);
  const delivery = aDelivery();
  const last = { attempt: 3, at: '2026-11-21T00:00:00.000Z', reason: 'http_503' } as const;
  const expired = [{ id: delivery.id, endpoint: 'one', delivery, attempts: 3, last }];
  const janitor = { ...createJanitor(producer, prefix), sweep: async () => expired.splice(0) };
  const noted: object[] = [];
  let swept = 0;
  const trail = {
    note: (entry: object) => void noted.push(entry),
    async sweep() {
      swept++;
    },
  };
  const journal = createJournal(producer, prefix, isIngestRecord);
  const parts = { config: () => config, janitor, inspector, journal, monitor, observer, trail };
  const keeping = startHousekeeping(parts);
  onTestFinished(async () => {
    await keeping.close();
    monitor.close();
    producer.disconnect();
  });
  await eventually(() => noted.length === 1);
  const { id: deliveryId, eventId, source } = delivery;
  const about = { endpoint: 'one', deliveryId, eventId, source };
  expect(noted).toMatchObject([{ step: 'settled', outcome: 'expired', reason: 'http_503', ...about }]);
  expect(swept).toBe(1);
});
