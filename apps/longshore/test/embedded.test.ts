/** Without `redis.url`: a Redis of our own, which loses nothing whatever is killed. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { redisCommand } from '@longshore/embedded/redis';
import { eventually, startReceiver } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { anEvent, envelope, idsOf, startRelay, startRelayProcess, workFolder, writeConfig } from './relay.js';

async function withDownReceiver() {
  const receiver = await startReceiver();
  await receiver.stop();
  const folder = await workFolder();
  const one = { name: 'one', url: receiver.url, threshold: 100, backoff: '100ms', maxbackoff: '300ms' };
  const file = await writeConfig(folder, { notifications: { endpoints: [one] } });
  return { receiver, folder, file };
}

async function pidOf(folder: string): Promise<number> {
  const { pid } = JSON.parse(await readFile(join(folder, 'data/redis/redis.json'), 'utf8'));
  if (!Number.isInteger(pid) || pid < 2) throw new Error(`no pid of the embedded Redis: ${pid}`);
  return pid;
}

const socketOf = (folder: string): Promise<string> => readFile(join(folder, 'data/redis/socket'), 'utf8');

test('a restart in order keeps everything that is queued', async () => {
  const { receiver, file } = await withDownReceiver();
  const first = await startRelayProcess(file);
  const events = Array.from({ length: 20 }, () => anEvent());
  for (const event of events) await first.post(envelope(event));
  expect((await first.stop()).code).toBe(0);
  await receiver.start();
  await startRelay(file);
  await receiver.received(20);
  expect(idsOf(receiver.requests).sort()).toEqual(events.map(({ id }) => id).sort());
});

test('kill -9 of the relay takes its Redis along, and the next start has everything', async () => {
  const { receiver, folder, file } = await withDownReceiver();
  const first = await startRelayProcess(file);
  const events = Array.from({ length: 20 }, () => anEvent());
  for (const event of events) await first.post(envelope(event));
  const socket = await socketOf(folder);
  await first.crash();
  // Only the watchdog ends it: its socket answers no more.
  await eventually(() =>
    redisCommand(socket, ['PING']).then(
      () => false,
      () => true,
    ),
  );
  await receiver.start();
  await startRelay(file);
  await receiver.received(20);
  expect(new Set(idsOf(receiver.requests))).toEqual(new Set(events.map(({ id }) => id)));
}, 240_000);

test('kill -9 of the Redis is repaired by the relay itself, without a loss', async () => {
  const { receiver, folder, file } = await withDownReceiver();
  const relay = await startRelay(file);
  const events = Array.from({ length: 20 }, () => anEvent());
  for (const event of events) await relay.post(envelope(event));
  process.kill(await pidOf(folder), 'SIGKILL');
  await relay.waitFor('the embedded Redis has died; starting one on the same data');
  await receiver.start();
  await receiver.received(20);
  const last = anEvent();
  await eventually(async () => (await relay.post(envelope(last))).status === 202);
  await eventually(() => idsOf(receiver.requests).includes(String(last.id)));
  expect(new Set(idsOf(receiver.requests))).toEqual(new Set([...events, last].map(({ id }) => id)));
}, 240_000);

test('a second process on the same datadir shares the Redis of the first', async () => {
  const receiver = await startReceiver();
  const folder = await workFolder();
  const endpoints = [{ name: 'one', url: receiver.url }];
  const file = await writeConfig(folder, { notifications: { endpoints } });
  const ingest = await startRelayProcess(file, { roles: ['ingest'] });
  await ingest.post(envelope(anEvent()));
  const worker = await startRelay(file, { roles: ['worker'] });
  await receiver.received(1);
  expect(worker.ingest).toBe('');
  // When the first goes, the second takes the Redis over.
  await ingest.crash();
  await worker.waitFor('the process that ran the embedded Redis has ended; starting one on the same data');
  const again = await startRelayProcess(file, { roles: ['ingest'] });
  const event = anEvent();
  await eventually(async () => (await again.post(envelope(event))).status === 202);
  await receiver.received(2);
}, 240_000);
