import { startRedis } from '@longshore/testkit';
import { describe, expect } from 'vitest';
import { redisTest as test } from '../testing/redis-test.js';
import { find, noteAll, received, trailOf } from '../testing/trail.js';
import { trailLimits } from './limits.js';
import { shardsOf } from './shards.js';

const DAY_MS = 86_400_000;

describe('the limits', () => {
  /** One chunk after the other, as they come in time. */
  async function notedInTurn(
    client: Parameters<typeof trailOf>[0],
    prefix: string,
    count: number,
    limits: object,
  ) {
    const receipts = Array.from({ length: count }, (_, n) => received({ at: n }));
    const all = { age: DAY_MS, count: 1e6, bytes: 1e9, ...limits };
    for (const receipt of receipts) await noteAll(client, prefix, [receipt], { limits: () => all });
    const found = await Promise.all(receipts.map(({ eventId }) => find(client, prefix, eventId)));
    return found.map(({ trails }) => trails.length);
  }

  test('of more events than that, the oldest go', async ({ open, prefix }) => {
    expect(await notedInTurn(await open('producer'), prefix, 5, { count: 3 })).toEqual([0, 0, 1, 1, 1]);
  });

  test('of more bytes than that, the oldest go', async ({ open, prefix }) => {
    const found = await notedInTurn(await open('producer'), prefix, 12, { bytes: 1_500 });
    expect(found.at(-1)).toBe(1);
    expect(found.indexOf(1)).toBeGreaterThan(3);
    expect(found).toEqual([...found].sort());
  });

  test('bytes are about those that Redis uses', async ({ open, prefix }) => {
    const redis = await startRedis();
    const client = await open('producer', { url: redis.url });
    for (let n = 0; n < 20; n++)
      await noteAll(
        client,
        prefix,
        Array.from({ length: 200 }, () => received()),
      );
    const [shard] = shardsOf(client, prefix);
    const used = async (key = ''): Promise<number> => Number(await client.memory('USAGE', key, 'SAMPLES', 0));
    const counted = Number(await client.hget(shard?.totals ?? '', 'bytes'));
    const real = (await used(shard?.terms)) + (await used(shard?.chunks));
    expect(counted / real).toBeGreaterThan(0.8);
    expect(counted / real).toBeLessThan(1.5);
  });

  test('what is too old goes, also when nothing is added any more', async ({ open, prefix }) => {
    const client = await open('producer');
    let age = DAY_MS;
    const trail = trailOf(client, prefix, { limits: () => ({ age, count: 1e6, bytes: 1e9 }) });
    for (let n = 0; n < 3; n++) await noteAll(client, prefix, [received({ eventId: `e-${n}` })]);
    await trail.sweep();
    expect((await find(client, prefix, 'e-0')).trails).toHaveLength(1);
    age = -1_000;
    await trail.sweep();
    expect((await find(client, prefix, 'e-0')).trails).toEqual([]);
    expect(await client.keys(`${prefix}*trail*`)).toEqual([]);
    await trail.close();
  });

  test('a relay that never starts again leaves nothing behind: the keys expire', async ({ open, prefix }) => {
    const client = await open('producer');
    await noteAll(client, prefix, [received()]);
    for (const key of Object.values(shardsOf(client, prefix)[0] ?? {})) {
      const ttl = await client.pttl(key);
      expect(ttl).toBeGreaterThan(DAY_MS - 60_000);
      expect(ttl).toBeLessThanOrEqual(DAY_MS);
    }
  });

  test('with an age of 0 nothing is noted', async ({ open, prefix }) => {
    const client = await open('producer');
    const limits = { age: 0, count: 1, bytes: 1 };
    await noteAll(client, prefix, [received()], { limits: () => limits });
    expect(await client.keys(`${prefix}*`)).toEqual([]);
  });

  test('in a small Redis the trail takes a twentieth of it at most', () => {
    const limits = { age: 1, count: 2, bytes: 64 * 2 ** 20 };
    expect(trailLimits(limits, 100 * 2 ** 20).bytes).toBe(5 * 2 ** 20);
    expect(trailLimits(limits, Number.POSITIVE_INFINITY)).toEqual(limits);
  });
});
