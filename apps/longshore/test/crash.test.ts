/**
 * Invariants 1, 4 and 5 under `kill -9`: whatever is killed, what was acknowledged is delivered or dead.
 */

import { connect } from '@longshore/queue';
import { createInspector } from '@longshore/queue/operator';
import { eventually, redisUrl, startReceiver, testPrefix } from '@longshore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AT_LAST } from './control.js';
import {
  anEvent,
  envelope,
  idsOf,
  postTo,
  startRelay,
  startRelayProcess,
  workFolder,
  writeConfig,
} from './relay.js';

const LONG_MS = 240_000;

/** What a killed worker had in flight runs again after 15 s at most. */
const RECOVERED = { timeout: 60_000 };

/** Copies of each event that arrived, less one. */
function duplicates(ids: readonly string[]): number {
  return ids.length - new Set(ids).size;
}

function redis() {
  return { url: redisUrl(), prefix: testPrefix() };
}

function inspector(prefix: string) {
  const client = connect({ url: redisUrl() }, 'producer', () => {});
  onTestFinished(() => client.disconnect());
  const queues = createInspector(client, prefix);
  return {
    ...queues,
    /** All of an endpoint's deliveries, whatever their state, counted in one step of Redis. */
    async sum(endpoint: string): Promise<number> {
      const counts = await queues.boardQueue(endpoint).getJobCounts();
      return Object.values(counts).reduce((total, count) => total + count, 0);
    },
  };
}

describe('a killed worker', () => {
  test(
    'its deliveries run again elsewhere, once for each that was in flight, and it cost no attempt',
    async () => {
      let hang = true;
      const receiver = await startReceiver(() => (hang ? 'hang' : { status: 200 }));
      const folder = await workFolder();
      const endpoint = { name: 'one', url: receiver.url, threshold: 1, timeout: '60s', concurrency: 3 };
      const file = await writeConfig(folder, { notifications: { endpoints: [endpoint] }, redis: redis() });
      const relay = await startRelay(file, { roles: ['ingest'] });
      const events = Array.from({ length: 10 }, () => anEvent());
      for (const event of events) await relay.post(envelope(event));

      // Twice: BullMQ's own limit of one stall would bury the delivery here.
      for (const inFlight of [3, 6]) {
        const worker = await startRelayProcess(file, { roles: ['worker'] });
        await receiver.received(inFlight, RECOVERED);
        await worker.crash();
      }
      hang = false;
      const worker = await startRelay(file, { roles: ['worker'] });
      await eventually(
        () => new Set(idsOf(receiver.requests)).size === 10 && receiver.requests.length >= 16,
        undefined,
        RECOVERED,
      );
      expect(receiver.requests).toHaveLength(16);
      expect(new Set(receiver.requests.map(({ headers }) => headers['x-longshore-attempt']))).toEqual(
        new Set(['1']),
      );
      expect(worker.records.filter(({ record }) => record === 'delivery.settled')).toEqual([]);
    },
    LONG_MS,
  );

  test(
    'also one that leads: what it had in flight runs again before another one needs to lead',
    async () => {
      let hang = true;
      const receiver = await startReceiver(() => (hang ? 'hang' : { status: 200 }));
      const folder = await workFolder();
      const endpoint = { name: 'one', url: receiver.url, threshold: 1, timeout: '60s', concurrency: 3 };
      const file = await writeConfig(folder, { notifications: { endpoints: [endpoint] }, redis: redis() });
      const relay = await startRelay(file, { roles: ['ingest'] });
      const leader = await startRelayProcess(file, { roles: ['worker'] });
      await leader.waitFor(({ msg }) => String(msg).startsWith('this worker leads'));
      const other = await startRelayProcess(file, { roles: ['worker'] });
      for (let n = 0; n < 3; n++) await relay.post(envelope(anEvent()));
      await receiver.received(3, RECOVERED);
      hang = false;
      await Promise.all([leader.crash(), other.crash()]);
      await startRelay(file, { roles: ['worker'] });
      const requests = await receiver.received(6, RECOVERED);
      expect(requests.map(({ headers }) => headers['x-longshore-attempt'])).toEqual(Array(6).fill('1'));
    },
    LONG_MS,
  );

  test(
    'killed in a retry attempt, the delivery continues with the same attempt',
    async () => {
      let answer: 'hang' | { status: number } = { status: 500 };
      const receiver = await startReceiver((_, n) => {
        if (n === 1) return { status: 500 };
        return answer;
      });
      answer = 'hang';
      const folder = await workFolder();
      const endpoint = { name: 'one', url: receiver.url, threshold: 2, backoff: '50ms', timeout: '60s' };
      const file = await writeConfig(folder, { notifications: { endpoints: [endpoint] }, redis: redis() });
      const first = await startRelayProcess(file);
      await first.post(envelope(anEvent()));
      await receiver.received(2, AT_LAST);
      await first.crash();
      answer = { status: 200 };
      await startRelay(file);
      const requests = await receiver.received(3, RECOVERED);
      expect(requests.map(({ headers }) => headers['x-longshore-attempt'])).toEqual(['1', '2', '2']);
    },
    LONG_MS,
  );
});

/** An ingest process and two workers; every third kill is of ingest, the others of the older worker. */
async function startKillable(file: string) {
  let ingest = await startRelayProcess(file, { roles: ['ingest'] });
  const startWorker = () => startRelayProcess(file, { roles: ['worker'] });
  let workers = [await startWorker(), await startWorker()];
  let kills = 0;
  return {
    ingest: () => ingest.ingest,
    kills: () => kills,
    async killOne(n: number): Promise<void> {
      kills++;
      if (n % 3 === 0) {
        await ingest.crash();
        ingest = await startRelayProcess(file, { roles: ['ingest'] });
        return;
      }
      const [victim, ...others] = workers;
      await victim?.crash();
      workers = [...others, await startWorker()];
    },
  };
}

describe('conservation', () => {
  test(
    'enqueued adds up at every moment: with random failures and killed processes everything acknowledged is delivered or dead',
    async () => {
      // Fails a fifth of the time; events of one repository always, so that some die.
      const receiver = await startReceiver((request) => {
        const doomed = request.body.includes('acme/doomed');
        return { status: doomed || Math.random() < 0.2 ? 500 : 200, delay: Math.random() * 20 };
      });
      // An answer that is late on a busy machine is no failure here.
      const timeout = '10s';
      const settings = { threshold: 5, backoff: '20ms', maxbackoff: '100ms', concurrency: 8, timeout };
      const endpoints = ['a', 'b'].map((name) => ({ name, url: `${receiver.url}/${name}`, ...settings }));
      const at = redis();
      const folder = await workFolder();
      const file = await writeConfig(folder, { notifications: { endpoints }, redis: at });

      const queues = inspector(at.prefix);
      const acknowledged: string[] = [];
      let begun = 0;
      const relays = await startKillable(file);
      const send = async (n: number): Promise<void> => {
        begun++;
        const event = anEvent({ target: { repository: n % 10 === 0 ? 'acme/doomed' : 'acme/app' } });
        // As the registry does: the same event again until there is a 2xx.
        const sent = async () => (await postTo(relays.ingest(), envelope(event))).status === 202;
        await eventually(sent);
        acknowledged.push(String(event.id));
      };
      const killing = (async () => {
        for (let n = 1; n <= 6; n++) {
          await eventually(() => acknowledged.length >= n * 50);
          await relays.killOne(n);
        }
      })();
      let sums = 0;
      for (let n = 0; n < 400; n += 8) {
        await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map((k) => send(n + k)));
        for (const name of ['a', 'b']) {
          const atLeast = acknowledged.length;
          const sum = await queues.sum(name);
          expect(sum).toBeGreaterThanOrEqual(atLeast);
          expect(sum).toBeLessThanOrEqual(begun);
          sums++;
        }
      }
      await killing;
      expect(sums).toBe(100);

      const pending = async () => {
        const counts = await Promise.all(['a', 'b'].map((name) => queues.counts(name)));
        return counts.reduce((sum, { waiting, active, delayed }) => sum + waiting + active + delayed, 0);
      };
      await eventually(pending, (left) => left === 0, { timeout: 120_000, every: 200, what: 'empty queues' });

      expect(new Set(acknowledged).size).toBe(400);
      for (const name of ['a', 'b']) {
        const dead = (await queues.boardQueue(name).getFailed(0, -1)).map((job) => job.data.eventId);
        const delivered = (await queues.boardQueue(name).getCompleted(0, -1)).map((job) => job.data.eventId);
        // enqueued = delivered + dead + waiting (none): each event once, in one of the two.
        expect([...delivered, ...dead].sort()).toEqual([...acknowledged].sort());
        const seen = new Set(idsOf(receiver.requests.filter(({ url }) => url === `/${name}`)));
        for (const id of acknowledged) expect(seen).toContain(id);
      }
      expect(relays.kills()).toBe(6);
      // At most one more for each that was in flight at a killed worker: two endpoints, eight each, four kills.
      const attempts = receiver.requests.map(({ url, headers, body }) =>
        [url, headers['x-longshore-attempt'], ...idsOf([{ body }])].join(' '),
      );
      expect(duplicates(attempts)).toBeLessThanOrEqual(4 * 2 * 8);
      // Each dead delivery has its reason.
      const perEndpoint = await queues.boardQueue('a').getFailed(0, -1);
      for (const job of perEndpoint) expect(job.failedReason).toMatch(/^http_500/);
    },
    LONG_MS,
  );
});

describe('SIGTERM', () => {
  test('a worker finishes what is in flight, nothing is sent twice, and it exits with 0', async () => {
    let answer = (): void => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const receiver = await startReceiver(() => answered.then(() => ({ status: 200 })));
    const folder = await workFolder();
    const endpoints = [{ name: 'one', url: receiver.url, timeout: '10s', concurrency: 4 }];
    const file = await writeConfig(folder, { notifications: { endpoints }, redis: redis() });
    const first = await startRelayProcess(file);
    const events = Array.from({ length: 12 }, () => anEvent());
    for (const event of events) await first.post(envelope(event));
    await receiver.received(4, AT_LAST);
    const ended = first.stop();
    await first.waitFor('stopping');
    await eventually(async () => (await fetch(`${first.admin}/readyz`)).status === 503);
    answer();
    expect((await ended).code).toBe(0);
    expect(receiver.requests).toHaveLength(4);
    await startRelay(file);
    await receiver.received(12, AT_LAST);
    expect(duplicates(idsOf(receiver.requests))).toBe(0);
  });

  test('what does not finish within worker.grace is given back', async () => {
    const receiver = await startReceiver('hang');
    const folder = await workFolder();
    const endpoints = [{ name: 'one', url: receiver.url, timeout: '60s', threshold: 1 }];
    const worker = { grace: '300ms' };
    const file = await writeConfig(folder, { notifications: { endpoints }, worker, redis: redis() });
    const first = await startRelay(file);
    await first.post(envelope(anEvent()));
    await receiver.received(1);
    expect((await first.stop()).code).toBe(0);
    receiver.reply({ status: 200 });
    const second = await startRelay(file);
    const requests = await receiver.received(2);
    expect(requests[1]?.headers['x-longshore-attempt']).toBe('1');
    await second.waitFor(({ outcome }) => outcome === 'delivered');
  });
});
