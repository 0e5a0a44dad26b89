/** What a delivery that waits asks of the registry, and for how long it holds its slot. */
import { LongshoreError, type PreheatRun } from '@longshore/event';
import { afterEach, expect, test, vi } from 'vitest';
import { anAttempt } from '../testing/builders.js';
import { aPreheatSink, aPush, serving } from '../testing/preheat.js';
import { receiver } from '../testing/receiver.js';
import { createLocalMemory } from './local-memory.js';
import type { PreheatMemory } from './memory.js';

afterEach(() => void vi.useRealTimers());

const byTag = (id: string) => aPush({ id, view: { action: 'push', repository: 'team/api', tag: '1.0' } });

/** A sink over a registry that counts; `changed` replaces parts of the memory. */
async function aSink(change: (memory: PreheatMemory) => Partial<PreheatMemory> = () => ({})) {
  const server = await receiver(serving);
  const runs: PreheatRun[] = [];
  const local = createLocalMemory((run) => void runs.push(run));
  const memory = { ...local, ...change(local) };
  return { ...aPreheatSink(`http://127.0.0.1:${server.port}`, { memory }), memory, runs, server };
}

test('the registry is asked once what a tag means, however often a waiting delivery looks', async () => {
  const { sink, server, memory } = await aSink();
  const digests = new Set<string>();
  // Another delivery leads whatever image the tag stands for.
  const lead = memory.lead;
  memory.lead = async (plan, delivery) => {
    digests.add(plan);
    return delivery === 'waits' ? { turn: 'wait', until: Date.now() } : lead(plan, delivery);
  };
  for (let look = 0; look < 5; look++)
    expect(await sink.send(byTag('waits'), anAttempt())).toMatchObject({ kind: 'deferred' });
  expect(server.requests.map(({ method }) => method)).toEqual(['HEAD']);
  expect(digests.size).toBe(1);
  memory.lead = lead;
  expect(await sink.send(byTag('waits'), anAttempt())).toMatchObject({ kind: 'delivered' });
  expect(await memory.digest('waits')).toBeUndefined();
});

test('a full registry slot is waited for with a growing gap, and not for long', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  let claims = 0;
  const { sink, server } = await aSink((memory) => ({
    async lead(plan, delivery) {
      const turn = await memory.lead(plan, delivery);
      if (turn.turn !== 'lead') return turn;
      const claim = async () => {
        if (++claims > 1) vi.setSystemTime(Date.now() + 21_000);
        return 'full' as const;
      };
      return { turn: 'lead', lease: { ...turn.lease, claim } };
    },
  }));
  const before = Date.now();
  const result = await sink.send(aPush(), anAttempt());
  expect(result).toMatchObject({ kind: 'deferred', why: expect.stringContaining('registry.concurrency') });
  expect(claims).toBe(2);
  if (result === 'aborted' || result.kind !== 'deferred') throw new Error('not deferred');
  expect(result.until).toBeGreaterThan(before + 21_000);
  expect(server.requests).toEqual([]);
});

test('a result that the queue does not take is brought again later, and costs no attempt', async () => {
  let refuses = true;
  const { sink, runs, server } = await aSink((memory) => ({
    async keepRun(run, signal) {
      if (refuses) throw new LongshoreError('QUEUE_UNAVAILABLE', 'Redis is full');
      await memory.keepRun(run, signal);
    },
  }));
  expect(await sink.send(aPush(), anAttempt())).toMatchObject({
    kind: 'deferred',
    why: expect.stringContaining('Redis is full'),
  });
  const asked = server.requests.length;
  refuses = false;
  expect(await sink.send(aPush(), anAttempt())).toMatchObject({ kind: 'delivered', reason: 'warm' });
  expect(runs).toMatchObject([{ result: 'succeeded', tally: { warmed: 3 } }]);
  expect(server.requests).toHaveLength(asked);
});

test('a fault in storing a result is a failure of the attempt', async () => {
  const { sink } = await aSink(() => ({ keepRun: () => Promise.reject(new TypeError('no such field')) }));
  expect(await sink.send(aPush(), anAttempt())).toMatchObject({
    kind: 'retry',
    detail: expect.stringContaining('no such field'),
  });
});
