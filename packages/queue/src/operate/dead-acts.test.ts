/** Retrying and dropping the dead, over a real Redis and real workers. */
import { eventually } from '@longshore/testkit';
import { describe, expect } from 'vitest';
import type { RedisClient } from '../connection.js';
import { createInspector } from '../inspector.js';
import { queueKey } from '../names.js';
import { createRetention } from '../retention.js';
import type { Verdict } from '../retry.js';
import { bury } from '../testing/dead.js';
import { consume, dead, ok, retryIn } from '../testing/deliveries.js';
import { takeNotes } from '../testing/notes.js';
import { redisTest as test } from '../testing/redis-test.js';
import { createDeadLetters } from './dead-letters.js';
import { createPauses } from './pauses.js';

const FAST = { rate: Number.POSITIVE_INFINITY };

function open(client: RedisClient, prefix: string) {
  const inspector = createInspector(client, prefix);
  const letters = createDeadLetters(client, prefix, inspector);
  return { letters, inspector, notes: () => takeNotes(client, prefix, ['a']) };
}

const ids = (items: readonly { id: string }[]): string[] => items.map(({ id }) => id);

describe('retry', () => {
  test('gives the full budget under the same id, is noted, and twice is safe', async ({
    open: connect,
    prefix,
    closing,
  }) => {
    const client = await connect('producer');
    const { letters, notes } = open(client, prefix);
    const [delivery] = await bury(client, prefix, { endpoint: 'a', count: 1 });
    const id = delivery?.id ?? '';
    expect(await letters.retry({ ids: [id] }, 'a test')).toMatchObject({ total: 1, done: 1, skipped: 0 });
    expect(await letters.retry({ ids: [id] }, 'a test')).toMatchObject({ total: 1, done: 0, skipped: 1 });
    const attempts: [string, number][] = [];
    const handle = async (_: unknown, attempt: { id: string; number: number }): Promise<Verdict> => {
      attempts.push([attempt.id, attempt.number]);
      return attempt.number < 3 ? retryIn(1) : ok;
    };
    closing(consume(await connect('consumer'), prefix, 'a', handle));
    await eventually(() => attempts.length === 3);
    expect(attempts).toEqual([
      [id, 1],
      [id, 2],
      [id, 3],
    ]);
    const noted = await notes();
    const seen = {
      endpoint: 'a',
      deliveryId: id,
      eventId: delivery?.eventId,
      reason: 'http_503',
      attempts: 10,
    };
    expect(noted).toEqual([expect.objectContaining({ what: 'replayed', by: 'a test', ...seen })]);
    expect(await notes()).toEqual([]);
  });

  test('the oldest of each endpoint comes first', async ({ open: connect, prefix }) => {
    const client = await connect('producer');
    const { letters } = open(client, prefix);
    const buried = await bury(client, prefix, { endpoint: 'a', count: 450, from: 1_000 });
    await letters.retry({}, 'a test', { rate: 50_000 });
    // The next to be taken is at the end of the list.
    const waiting = (await client.lrange(queueKey(prefix, 'a', 'wait'), 0, -1)).reverse();
    expect(waiting).toEqual(ids(buried));
  });

  test('one that dies again meanwhile is not retried a second time', async ({
    open: connect,
    prefix,
    closing,
  }) => {
    const client = await connect('producer');
    const { letters, inspector } = open(client, prefix);
    await bury(client, prefix, { endpoint: 'a', count: 300, from: 1_000 });
    let attempts = 0;
    const handle = async (): Promise<Verdict> => {
      attempts++;
      return dead;
    };
    closing(consume(await connect('consumer'), prefix, 'a', handle));
    expect(await letters.retry({}, 'a test', FAST)).toMatchObject({ total: 300, done: 300 });
    await eventually(
      () => inspector.counts('a'),
      ({ waiting, active }) => waiting + active === 0,
    );
    expect(attempts).toBe(300);
    expect(await letters.count({})).toBe(300);
  });

  test('two at once retry each delivery once between them', async ({ open: connect, prefix }) => {
    const client = await connect('producer');
    const { letters, inspector, notes } = open(client, prefix);
    const other = open(await connect('producer'), prefix);
    await bury(client, prefix, { endpoint: 'a', count: 500 });
    const results = await Promise.all([
      letters.retry({}, 'one', { ...FAST, maxWaiting: 10_000 }),
      other.letters.retry({}, 'two', { ...FAST, maxWaiting: 10_000 }),
    ]);
    expect(results.reduce((sum, { done }) => sum + done, 0)).toBe(500);
    expect(await inspector.counts('a')).toMatchObject({ waiting: 500, dead: 0 });
    expect(new Set((await notes()).map((entry) => JSON.stringify(entry))).size).toBe(500);
  });

  test('no more than maxWaiting wait, other endpoints continue, and the signal ends it', async ({
    open: connect,
    prefix,
  }) => {
    const client = await connect('producer');
    const { letters, inspector } = open(client, prefix);
    await bury(client, prefix, { endpoint: 'stuck', count: 100 });
    await bury(client, prefix, { endpoint: 'held', count: 100 });
    const stop = new AbortController();
    const held = (endpoint: string): boolean => endpoint === 'held';
    let holding: string[] = [];
    const onProgress = (progress: { holding: string[]; done: number }): void => {
      holding = progress.holding;
      if (progress.done === 120 && holding.length > 0) stop.abort();
    };
    const options = { ...FAST, maxWaiting: 20, held, signal: stop.signal, onProgress };
    const result = await letters.retry({}, 'a test', options);
    expect(result).toMatchObject({ total: 200, done: 120, looked: 120, stopped: true });
    expect(holding).toEqual(['stuck']);
    expect(await inspector.counts('stuck')).toMatchObject({ waiting: 20, dead: 80 });
    expect(await inspector.counts('held')).toMatchObject({ waiting: 100, dead: 0 });
    // The same call continues where it ended.
    expect(await letters.retry({}, 'a test', { ...FAST, maxWaiting: 1_000 })).toMatchObject({ done: 80 });
  });

  test('to a paused endpoint it waits there until it is resumed', async ({
    open: connect,
    prefix,
    closing,
  }) => {
    const client = await connect('producer');
    const { letters, inspector } = open(client, prefix);
    const pauses = createPauses(client, prefix, inspector);
    await pauses.pause('a', { by: 'a test' });
    await bury(client, prefix, { endpoint: 'a', count: 3 });
    const taken: string[] = [];
    const handle = async (_: unknown, { id }: { id: string }): Promise<Verdict> => {
      taken.push(id);
      return ok;
    };
    closing(consume(await connect('consumer'), prefix, 'a', handle));
    // The worker is there, and would take what it may.
    await eventually(() => inspector.boardQueue('a').getGlobalConcurrency());
    await letters.retry({}, 'a test', { held: () => true });
    expect(await inspector.counts('a')).toEqual({ waiting: 3, active: 0, delayed: 0, dead: 0 });
    expect(taken).toEqual([]);
    await pauses.resume('a');
    await eventually(() => taken.length === 3);
  });
});

describe('drop', () => {
  test('removes every key of a delivery and leaves one note for each', async ({ open: connect, prefix }) => {
    const client = await connect('producer');
    const { letters, notes } = open(client, prefix);
    const [first, second] = await bury(client, prefix, { endpoint: 'a', count: 2 });
    expect(await letters.drop({ ids: [first?.id ?? ''] }, 'a test')).toMatchObject({ done: 1 });
    expect(await letters.drop({ ids: [first?.id ?? ''] }, 'a test')).toMatchObject({ done: 0, skipped: 1 });
    expect(await client.exists(queueKey(prefix, 'a', first?.id ?? ''))).toBe(0);
    expect(ids((await letters.page({}, 10)).items)).toEqual([second?.id]);
    const noted = await notes();
    expect(noted).toEqual([
      expect.objectContaining({ what: 'dropped', deliveryId: first?.id, by: 'a test' }),
    ]);
  });

  test('what was retried meanwhile stays', async ({ open: connect, prefix }) => {
    const client = await connect('producer');
    const { letters, inspector } = open(client, prefix);
    const [delivery] = await bury(client, prefix, { endpoint: 'a', count: 1 });
    await letters.retry({ ids: [delivery?.id ?? ''] }, 'a test');
    expect(await letters.drop({}, 'a test')).toMatchObject({ total: 0, done: 0 });
    expect(await inspector.counts('a')).toMatchObject({ waiting: 1, dead: 0 });
  });

  test('with retention, a retry and a worker at work each of 2,000 has one end', { timeout: 60_000 }, async ({
    open: connect,
    prefix,
    closing,
  }) => {
    const client = await connect('producer');
    const { letters, inspector, notes } = open(client, prefix);
    const buried = await bury(client, prefix, { endpoint: 'a', count: 2_000, from: 1_000 });
    const delivered: string[] = [];
    const handle = async (_: unknown, { id }: { id: string }): Promise<Verdict> => {
      delivered.push(id);
      return ok;
    };
    closing(consume(await connect('consumer'), prefix, 'a', handle));
    const retention = createRetention(await connect('producer'), prefix);
    const sweep = async (): Promise<number> => {
      let removed = 0;
      for (let n = 0; n < 3; n++) {
        const left = (await inspector.counts('a')).dead;
        const limits = { age: 1e15, count: Math.max(0, left - 200) };
        for await (const count of retention.expireDead('a', limits)) removed += count;
      }
      return removed;
    };
    const [retried, dropped, expired] = await Promise.all([
      letters.retry({}, 'one', FAST),
      letters.drop({ since: 2_000 }, 'two'),
      sweep(),
    ]);
    expect(retried.done + dropped.done + expired).toBe(2_000);
    await eventually(() => delivered.length === retried.done);
    expect(new Set(delivered).size).toBe(retried.done);
    const noted = await notes();
    const of = (what: string) =>
      noted.flatMap((entry) => (entry.what === what && 'deliveryId' in entry ? [entry.deliveryId] : []));
    expect(of('expired')).toHaveLength(expired);
    expect([...delivered, ...of('dropped'), ...of('expired')].toSorted()).toEqual(ids(buried).toSorted());
    expect(of('replayed').toSorted()).toEqual(delivered.toSorted());
  });
});
