/** One worker process of a deployment leads. What it does is done once, wherever it is killed or stopped. */
import { connect, type RedisClient } from '@longshore/queue';
import { createRetention } from '@longshore/queue/housekeeping';
import { eventually, redisUrl, testPrefix } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { bury } from './operator.js';
import {
  type Relay,
  type RelayProcess,
  startRelay,
  startRelayProcess,
  workFolder,
  writeConfig,
} from './relay.js';

const LONG_MS = 300_000;
/** On a machine that is busy with other tests. */
const IN_THE_END = { timeout: 200_000 };
const LEADS = 'this worker leads: it does the housekeeping of all workers';

async function deployment(more: object = {}) {
  const prefix = testPrefix();
  const client = connect({ url: redisUrl() }, 'producer', () => {});
  onTestFinished(() => client.disconnect());
  await new Promise((resolve) => client.once('ready', resolve));
  const file = await writeConfig(await workFolder(), {
    notifications: { endpoints: [{ name: 'one', url: 'http://127.0.0.1:9/' }] },
    redis: { url: redisUrl(), prefix },
    ...more,
  });
  return { client, prefix, file };
}

const worker = (file: string): Promise<RelayProcess> => startRelayProcess(file, { roles: ['worker'] });
const leads = ({ records }: Relay): boolean => records.some(({ msg }) => msg === LEADS);
const settledBy = ({ records }: Relay): string[] =>
  records.filter(({ record }) => record === 'delivery.settled').map(({ deliveryId }) => String(deliveryId));

/** Milliseconds until the lease of the deployment runs out; negative when there is none. */
const leaseLeft = (client: RedisClient, prefix: string): Promise<number> =>
  client.pttl(`${prefix}:{~alerts}:lease`);

test(
  'a leader that is killed is replaced when its lease has expired, within 15 s by the clock of Redis',
  async () => {
    const { client, prefix, file } = await deployment();
    const first = await worker(file);
    await eventually(() => leads(first));
    const second = await worker(file);
    await first.crash();
    // The next attempt follows within 3 s of its end.
    expect(await leaseLeft(client, prefix)).toBeLessThanOrEqual(10_000);
    expect(leads(second)).toBe(false);
    await eventually(() => leads(second), undefined, IN_THE_END);
    expect(await leaseLeft(client, prefix)).toBeGreaterThan(0);
  },
  LONG_MS,
);

test(
  'a process without the worker role never leads, and a clean stop leaves no lease',
  async () => {
    const { client, prefix, file } = await deployment();
    const others = await startRelay(file, { roles: ['ingest', 'dashboard'] });
    const first = await worker(file);
    await eventually(() => leads(first));
    await first.stop();
    expect(await leaseLeft(client, prefix)).toBeLessThan(0);
    expect(leads(others)).toBe(false);
  },
  LONG_MS,
);

/** Retention that has 6,000 dead deliveries to remove, and two workers of which one leads. */
async function removing() {
  const { client, prefix, file } = await deployment({ retention: { dead: { count: 10 } } });
  const ids = new Set((await bury(prefix, 'one', COUNT)).map(({ id }) => id));
  const both = await Promise.all([worker(file), worker(file)]);
  const recorded = (): string[] => both.flatMap(settledBy);
  const first = await eventually(
    () => both.find((each) => settledBy(each).length > 0),
    undefined,
    IN_THE_END,
  );
  const second = both.find((each) => each !== first);
  if (!first || !second) throw new Error('two workers');
  return { client, prefix, ids, first, second, recorded };
}

const COUNT = 6_000;

test(
  'what a leader removes that is stopped for longer than its lease is recorded once',
  async () => {
    const { client, prefix, ids, first, second, recorded } = await removing();
    first.kill('SIGSTOP');
    await eventually(() => leads(second), undefined, IN_THE_END);
    first.kill('SIGCONT');
    await eventually(() => recorded().length >= COUNT - 10, undefined, IN_THE_END);
    await Promise.all([first.stop(), second.stop()]);
    expect(recorded()).toHaveLength(COUNT - 10);
    expect(new Set(recorded()).size).toBe(COUNT - 10);
    expect(recorded().filter((id) => !ids.has(id))).toEqual([]);
    expect(await createRetention(client, prefix).look('one')).toMatchObject({ dead: 10 });
  },
  LONG_MS,
);

test(
  'what a leader has removed when it is killed is recorded, and no more than one page of it twice',
  async () => {
    const { client, prefix, second, first, recorded } = await removing();
    await first.crash();
    await eventually(() => leads(second), undefined, IN_THE_END);
    // What the killed one held is recorded after two minutes: as if they were over.
    await client.pexpire(`${prefix}:{one}:~note-reader`, 0);
    await eventually(() => new Set(recorded()).size >= COUNT - 10, undefined, IN_THE_END);
    await second.stop();
    expect(new Set(recorded()).size).toBe(COUNT - 10);
    expect(recorded().length - (COUNT - 10)).toBeLessThanOrEqual(100);
    expect(await createRetention(client, prefix).look('one')).toMatchObject({ dead: 10 });
  },
  LONG_MS,
);
