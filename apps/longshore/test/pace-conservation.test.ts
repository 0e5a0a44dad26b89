/**
 * Invariant 4 for endpoints with a hold, a rate, batches, an order, or superseded events: whatever the receiver answers
 * and whichever worker is killed, each delivery is in exactly one state.
 */
import { connect } from '@longshore/queue';
import { createInspector } from '@longshore/queue/operator';
import { eventually, redisUrl, startReceiver, testPrefix } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { anEvent, envelope, idsOf, startRelay, startRelayProcess, workFolder, writeConfig } from './relay.js';

const EVENTS = 160;
const FAILS_EVERY = 5;
const DOOMED_EVERY = 40;
/** Later events have the tags of earlier ones again. */
const TAGS = 50;

const PACES: Record<string, object> = {
  hold: { hold: { after: 3, probe: '50ms', maxprobe: '200ms' } },
  rate: { rate: '100/s' },
  batch: { batch: { events: 20, wait: '20ms' } },
  queue: { batch: { events: 20, wait: '20ms' }, order: 'endpoint' },
  order: { order: 'repository' },
  latest: { latest: 'tag', order: 'endpoint' },
};
const names = Object.keys(PACES);

/** Answers 500 to one event of forty always and to every fifth request; 503 to all while it is down. */
async function moodyReceiver() {
  const state = { isDown: false };
  const receiver = await startReceiver((request, n) => {
    if (state.isDown) return { status: 503 };
    return { status: request.body.includes('acme/doomed') || n % FAILS_EVERY === 0 ? 500 : 200 };
  });
  return { receiver, state };
}

function inspector(prefix: string) {
  const client = connect({ url: redisUrl() }, 'producer', () => {});
  onTestFinished(() => client.disconnect());
  const { boardQueue, counts } = createInspector(client, prefix);
  return {
    /** Deliveries of an endpoint, whatever their state, counted in one step of Redis. */
    async sum(endpoint: string): Promise<number> {
      return Object.values(await boardQueue(endpoint).getJobCounts()).reduce(
        (total, count) => total + count,
        0,
      );
    },
    async pending(endpoint: string): Promise<number> {
      const { waiting, active, delayed } = await counts(endpoint);
      return waiting + active + delayed;
    },
    async settled(endpoint: string) {
      const queue = boardQueue(endpoint);
      const [completed, failed] = await Promise.all([queue.getCompleted(0, -1), queue.getFailed(0, -1)]);
      const ids = (jobs: typeof completed) => jobs.map(({ data }) => String(data.eventId));
      return { completed: ids(completed), dead: ids(failed) };
    },
  };
}

test('enqueued adds up at every moment with holds, rates, batches, orders and superseded events', async () => {
  const { receiver, state } = await moodyReceiver();
  const retries = { threshold: 12, backoff: '10ms', maxbackoff: '50ms', timeout: '60s' };
  const endpoints = names.map((name) => ({
    name,
    url: `${receiver.url}/${name}`,
    ...retries,
    ...PACES[name],
  }));
  const redis = { url: redisUrl(), prefix: testPrefix() };
  const file = await writeConfig(await workFolder(), { notifications: { endpoints }, redis });
  const ingest = await startRelay(file, { roles: ['ingest'] });
  const roles = ['worker'];
  const [killable] = await Promise.all([startRelayProcess(file, { roles }), startRelay(file, { roles })]);
  const queues = inspector(redis.prefix);

  const sent: string[] = [];
  for (let n = 0; n < EVENTS; n += 8) {
    const events = Array.from({ length: 8 }, (_, k) => {
      const repository = (n + k) % DOOMED_EVERY === 0 ? 'acme/doomed' : `acme/app-${(n + k) % 7}`;
      return anEvent({ target: { repository, tag: String((n + k) % TAGS) } });
    });
    await ingest.post(envelope(...events));
    sent.push(...events.map(({ id }) => String(id)));
    for (const name of names) expect(await queues.sum(name)).toBe(sent.length);
    state.isDown = n > EVENTS / 3 && n < EVENTS / 2;
    if (n === 80) await killable.crash();
  }
  for (const name of names) {
    await eventually(
      () => queues.pending(name),
      (left) => left === 0,
      {
        ...{ timeout: 120_000, every: 200, what: `an empty queue of ${name}` },
      },
    );
    const { completed, dead } = await queues.settled(name);
    expect([...completed, ...dead].sort()).toEqual([...sent].sort());
    // Others may be among them: a last failure of 500 in an outage is an answer.
    expect(dead).toEqual(expect.arrayContaining(sent.filter((_, n) => n % DOOMED_EVERY === 0)));
    if (name === 'latest') continue;
    const seen = new Set(idsOf(receiver.requests.filter(({ url }) => url === `/${name}`)));
    expect(sent.filter((id) => !seen.has(id))).toEqual([]);
  }
}, 300_000);

test('and in the counters: enqueued and replayed are delivered, dead, ignored or superseded', async () => {
  const { receiver, state } = await moodyReceiver();
  const retries = {
    threshold: 3,
    backoff: '10ms',
    maxbackoff: '50ms',
    timeout: '60s',
    ignore: { actions: ['pull'] },
  };
  const endpoints = names.map((name) => ({
    name,
    url: `${receiver.url}/${name}`,
    ...retries,
    ...PACES[name],
  }));
  const redis = { url: redisUrl(), prefix: testPrefix() };
  const file = await writeConfig(await workFolder(), { notifications: { endpoints }, redis });
  const relay = await startRelay(file);
  const queues = inspector(redis.prefix);
  for (let n = 0; n < EVENTS; n += 8) {
    const events = Array.from({ length: 8 }, (_, k) =>
      anEvent({ action: k === 0 ? 'pull' : 'push', target: { tag: String((n + k) % TAGS) } }),
    );
    await relay.post(envelope(...events));
    state.isDown = n > EVENTS / 3 && n < EVENTS / 2;
  }
  for (const name of names) {
    await eventually(
      () => queues.pending(name),
      (left) => left === 0,
      {
        ...{ timeout: 120_000, every: 200, what: `an empty queue of ${name}` },
      },
    );
  }
  // The worker that leads counts what was revived, a moment later.
  await eventually(
    async () => sumsOf(await (await fetch(`${relay.admin}/metrics`)).text()),
    (sums) => sums.every(({ enqueued, replayed, settled }) => settled === enqueued + replayed),
    { timeout: 60_000, every: 200, what: 'counters that add up' },
  );
}, 300_000);

/** Counters of each endpoint. */
function sumsOf(metrics: string) {
  const count = (metric: string, ...labels: string[]): number => {
    const lines = metrics.split('\n').filter((line) => line.startsWith(`${metric}{`));
    const ours = lines.filter((line) => labels.every((label) => line.includes(label)));
    return ours.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };
  return names.map((name) => {
    const endpoint = `endpoint="${name}"`;
    return {
      enqueued: count('registry_notifications_events_total', endpoint, 'type="Events"'),
      replayed: count('longshore_deliveries_replayed_total', endpoint),
      settled: count('longshore_deliveries_settled_total', endpoint),
    };
  });
}
