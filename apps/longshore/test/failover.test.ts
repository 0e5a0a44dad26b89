/** A primary that is killed while events come in: what was acknowledged is delivered, and nothing is restarted. */
import { eventually, startReceiver, startSentinels, testPrefix } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { command } from './operator.js';
import { anEvent, envelope, idsOf, startRelayProcess, workFolder, writeConfig } from './relay.js';

const FAILOVER = { timeout: 120_000 };

test('a replica is promoted in mid-stream: with `redis.wait` nothing that was acknowledged is lost, and workers go on', async () => {
  const servers = await startSentinels();
  const receiver = await startReceiver();
  const { sentinels, master } = servers;
  const file = await writeConfig(await workFolder(), {
    notifications: { endpoints: [{ name: 'one', url: receiver.url }] },
    redis: { sentinels, master, prefix: testPrefix(), wait: { replicas: 1, timeout: '1s' } },
  });
  const ingest = await startRelayProcess(file, { roles: ['ingest'] });
  const worker = await startRelayProcess(file, { roles: ['worker'] });
  const acknowledged: unknown[] = [];
  const statuses = new Set<number>();
  let sending = true;
  const sender = async (): Promise<void> => {
    while (sending) {
      const event = anEvent();
      const isTaken = async () => {
        const { status } = await ingest.post(envelope(event));
        statuses.add(status);
        return status === 202 || !sending;
      };
      await eventually(isTaken, undefined, FAILOVER);
      if (sending) acknowledged.push(event.id);
    }
  };
  const senders = Promise.all(Array.from({ length: 4 }, sender));
  const more = (count: number) => {
    const wanted = acknowledged.length + count;
    return eventually(() => acknowledged.length >= wanted, undefined, FAILOVER);
  };
  await more(50);
  const killed = await servers.primary();
  const replica = servers.ports.find((port) => port !== killed) ?? 0;
  // What only the primary has when it dies is lost, so it must not have been acknowledged.
  servers.pause(replica);
  await eventually(() => statuses.has(503), undefined, FAILOVER);
  await servers.kill(killed);
  servers.resume(replica);
  await eventually(async () => (await servers.primary()) !== killed, undefined, FAILOVER);
  // The new primary has no replica, so nothing is acknowledged until the old one is back as its replica.
  await servers.restart(killed);
  await more(50);
  sending = false;
  await senders;
  expect([...statuses].sort()).toEqual([202, 503]);
  const missing = () => {
    const received = new Set(idsOf(receiver.requests));
    return acknowledged.filter((id) => !received.has(id as string));
  };
  await eventually(missing, (ids) => ids.length === 0, FAILOVER);
  await eventually(async () => (await fetch(`${ingest.admin}/readyz`)).status === 200);
  // Commands find the primary in the same way.
  expect(await command(['dead', 'list', '--config', file])).toMatchObject({ code: 0 });
  const doctor = async () =>
    (await command(['doctor', '--timeout', '30', '--only', 'redis,processes', '--config', file])).stdout;
  // A Sentinel may have a moment more to find the others, and a process repeats its note after 20 s.
  const passed = ['sentinel: 3 Sentinels answer, and can replace the primary', 'ingest: 1 p', 'worker: 1 p'];
  await eventually(doctor, (text) => passed.every((words) => text.includes(`✓ ${words}`)), FAILOVER);
  await servers.cli(servers.sentinelPorts[0] ?? 0, 'SENTINEL', 'SET', master, 'quorum', '5');
  expect(await doctor()).toMatch(/✗ sentinel: 127\.0\.0\.1:[0-9]+: NOQUORUM/);
  for (const relay of [ingest, worker]) expect((await relay.stop()).code).toBe(0);
}, 300_000);
