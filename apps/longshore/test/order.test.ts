/** `order`: events of a repository arrive in the order in which they came, whatever happens on the way. */
import { connect } from '@longshore/queue';
import { createInspector } from '@longshore/queue/operator';
import { eventually, type Receiver, redisUrl, startReceiver, testPrefix } from '@longshore/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { AT_LAST } from './control.js';
import { command } from './operator.js';
import {
  anEvent,
  envelope,
  postTo,
  type Relay,
  type Settings,
  startRelay,
  startRelayProcess,
  workFolder,
  writeConfig,
} from './relay.js';

vi.setConfig({ testTimeout: 240_000 });

/** Fails soon and often: an answer that is late on a busy machine is no failure here. */
const SETTINGS = { threshold: 1_000, backoff: '10ms', maxbackoff: '40ms', timeout: '30s' };

/** A place for a relay with one endpoint, `one`. */
async function aPlace(endpoint: Settings) {
  const [folder, redis] = [await workFolder(), { url: redisUrl(), prefix: testPrefix() }];
  const write = (change: Settings = {}) =>
    writeConfig(folder, {
      redis,
      notifications: { endpoints: [{ name: 'one', ...SETTINGS, ...endpoint, ...change }] },
    });
  const client = connect({ url: redisUrl() }, 'producer', () => {});
  await new Promise((resolve) => client.once('ready', resolve));
  onTestFinished(() => client.disconnect());
  const inspector = createInspector(client, redis.prefix);
  return { file: await write(), write, counts: () => inspector.counts('one') };
}

/** The n-th event of a repository; its id says so. */
const nth = (repository: string, n: number) => anEvent({ id: `${repository}#${n}`, target: { repository } });

/** What arrived, in order. */
function arrivals({ requests }: Receiver): { repository: string; n: number }[] {
  return requests.flatMap(({ body }) =>
    JSON.parse(body).events.map(({ id }: { id: string }) => {
      const [repository = '', n] = id.split('#');
      return { repository, n: Number(n) };
    }),
  );
}

/** Of each repository, the numbers as they arrived; one that is repeated at once counts once. */
function sequences(receiver: Receiver): Map<string, number[]> {
  const all = new Map<string, number[]>();
  for (const { repository, n } of arrivals(receiver)) {
    const own = all.get(repository) ?? [];
    if (own.at(-1) !== n) own.push(n);
    all.set(repository, own);
  }
  return all;
}

const inOrder = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/** Posts the first events of each repository: those of one after the other, the repositories at once. */
async function postAll(relay: Pick<Relay, 'ingest'>, names: readonly string[], each: number): Promise<void> {
  const posting = names.map(async (name) => {
    for (const n of inOrder(each)) {
      expect((await postTo(relay.ingest, envelope(nth(name, n)))).status).toBe(202);
    }
  });
  await Promise.all(posting);
}

const complete = (names: readonly string[], each: number) =>
  Object.fromEntries(names.map((name) => [name, inOrder(each)]));

const isIdle = ({ waiting, active, delayed }: { waiting: number; active: number; delayed: number }) =>
  waiting + active + delayed === 0;

test('twenty repositories arrive in order, with random failures and a killed worker', async () => {
  const [names, each] = [Array.from({ length: 20 }, (_, n) => `acme/r${n}`), 15];
  let answer = (): void => {};
  const crashed = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const receiver = await startReceiver(async (_, n) => {
    // From some time on nothing is answered before the worker is killed, so it is killed with several in flight.
    if (n > 80) await crashed;
    return { status: Math.random() < 0.2 ? 500 : 200, delay: Math.random() * 10 };
  });
  const { file, counts } = await aPlace({ url: receiver.url, order: 'repository' });
  const ingest = await startRelay(file, { roles: ['ingest'] });
  const [victim] = await Promise.all([
    startRelayProcess(file, { roles: ['worker'] }),
    startRelayProcess(file, { roles: ['worker'] }),
  ]);
  const posted = postAll(ingest, names, each);
  await receiver.received(88, AT_LAST);
  await victim.crash();
  answer();
  await posted;
  await eventually(counts, isIdle, { timeout: 120_000, every: 100 });
  expect((await counts()).dead).toBe(0);
  // One that is sent again is the one that was not settled: nothing else of its repository came meanwhile.
  expect(Object.fromEntries(sequences(receiver))).toEqual(complete(names, each));
});

test('of an outage nothing dies and nothing overtakes: after it each repository continues where it was', async () => {
  const [names, each] = [['acme/a', 'acme/b', 'acme/c', 'acme/d'], 10];
  let isDown = true;
  let failed = 0;
  const receiver = await startReceiver(() => {
    if (!isDown) return { status: 200 };
    failed += 1;
    return { status: 503 };
  });
  const hold = { after: 3, probe: '50ms', maxprobe: '200ms' };
  const { file, counts } = await aPlace({ url: receiver.url, order: 'repository', threshold: 2, hold });
  const relay = await startRelay(file);
  await postAll(relay, names, each);
  // Far beyond the threshold of each head.
  await receiver.received(30, AT_LAST);
  expect(await counts()).toMatchObject({ dead: 0 });
  isDown = false;
  await eventually(counts, isIdle, { timeout: 60_000, every: 50 });
  expect((await counts()).dead).toBe(0);
  expect(Object.fromEntries(sequences(receiver))).toEqual(complete(names, each));
  const attempts = relay.records.filter(({ record }) => record === 'delivery.attempted');
  expect(attempts.filter(({ outcome }) => outcome === 'retry')).toHaveLength(failed);
  expect(new Set(attempts.map(({ attempt }) => attempt))).toEqual(new Set([1]));
});

test('the whole endpoint in order: one at a time, over failures and a restart', async () => {
  const names = ['acme/a', 'acme/b', 'acme/c'];
  let inFlight = 0;
  let most = 0;
  const receiver = await startReceiver(async () => {
    inFlight += 1;
    most = Math.max(most, inFlight);
    await new Promise((resolve) => setTimeout(resolve, 2));
    inFlight -= 1;
    return { status: Math.random() < 0.3 ? 500 : 200 };
  });
  const { file, counts } = await aPlace({ url: receiver.url, order: 'endpoint' });
  const first = await startRelay(file);
  const sent: string[] = [];
  for (let n = 0; n < 60; n++) {
    const event = nth(names[n % 3] ?? '', n);
    await first.post(envelope(event));
    sent.push(String(event.id));
    if (n === 30) await first.stop();
    if (n === 30) break;
  }
  const second = await startRelay(file);
  for (let n = 31; n < 60; n++) {
    const event = nth(names[n % 3] ?? '', n);
    await second.post(envelope(event));
    sent.push(String(event.id));
  }
  await eventually(counts, isIdle, { timeout: 60_000, every: 50 });
  const arrived = arrivals(receiver).map(({ repository, n }) => `${repository}#${n}`);
  expect(arrived.filter((id, n) => id !== arrived[n - 1])).toEqual(sent);
  expect(most).toBe(1);
});

test('a poison event dies after its threshold and the next go; retried, it goes to the end', async () => {
  let isPoison = true;
  const receiver = await startReceiver(({ body }) => ({
    status: isPoison && body.includes('acme/a#1"') ? 500 : 200,
  }));
  const { file, counts, write } = await aPlace({ url: receiver.url, order: 'repository', threshold: 3 });
  const relay = await startRelay(file);
  await postAll(relay, ['acme/a'], 4);
  await eventually(counts, isIdle, AT_LAST);
  expect(arrivals(receiver).map(({ n }) => n)).toEqual([0, 1, 1, 1, 2, 3]);
  expect((await counts()).dead).toBe(1);

  isPoison = false;
  await write({ paused: true });
  relay.signal('SIGHUP');
  await relay.waitFor(({ msg }) => msg === 'configuration reloaded');
  await relay.post(envelope(nth('acme/a', 4)));
  const retried = await command(['dead', 'retry', '--config', file, '--endpoint', 'one']);
  expect(retried.stdout).toBe('1 retried, to the end of its queue\n');
  await relay.post(envelope(nth('acme/a', 5)));
  await write();
  relay.signal('SIGHUP');
  await eventually(counts, isIdle, AT_LAST);
  expect(
    arrivals(receiver)
      .slice(6)
      .map(({ n }) => n),
  ).toEqual([4, 1, 5]);
});

test('order that is switched on and off by a reload holds from then on, and nothing is lost', async () => {
  const names = ['acme/a', 'acme/b', 'acme/c'];
  let isHard = true;
  const receiver = await startReceiver(() => ({ status: isHard || Math.random() < 0.3 ? 500 : 200 }));
  const { file, counts, write } = await aPlace({ url: receiver.url, backoff: '1s', maxbackoff: '2s' });
  const relay = await startRelay(file);
  const reload = async (change: Settings): Promise<void> => {
    const before = relay.records.filter(({ msg }) => msg === 'configuration reloaded').length;
    await write(change);
    relay.signal('SIGHUP');
    await eventually(
      () => relay.records.filter(({ msg }) => msg === 'configuration reloaded').length > before,
      undefined,
      AT_LAST,
    );
  };
  await postAll(relay, names, 8);
  // Without an order all of them have failed, and wait for a retry, each with a time of its own.
  await receiver.received(24, AT_LAST);
  const before = receiver.requests.length;
  await reload({ order: 'repository' });
  isHard = false;
  await eventually(counts, isIdle, { timeout: 60_000, every: 50 });
  const ordered = sequences({ ...receiver, requests: receiver.requests.slice(before) });
  for (const name of names) {
    const own = ordered.get(name) ?? [];
    // What was in flight at the reload may be in front.
    expect(own.slice(-8)).toEqual(inOrder(8));
  }

  isHard = true;
  await postAll(relay, ['acme/d'], 12);
  await eventually(counts, ({ waiting, delayed }) => waiting + delayed === 12, AT_LAST);
  isHard = false;
  await reload({ order: 'none' });
  await eventually(counts, isIdle, { timeout: 60_000, every: 50 });
  expect(new Set(sequences(receiver).get('acme/d'))).toEqual(new Set(inOrder(12)));
  expect((await counts()).dead).toBe(0);
});
