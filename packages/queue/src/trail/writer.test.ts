import { eventually, startRedis } from '@longshore/testkit';
import { describe, expect } from 'vitest';
import { redisTest as test } from '../testing/redis-test.js';
import { attempted, failure, find, noteAll, received, trailOf } from '../testing/trail.js';
import { shardsOf } from './shards.js';

test('what is noted is written within a moment, without anybody waiting', async ({ open, prefix }) => {
  const client = await open('producer');
  const trail = trailOf(client, prefix);
  const receipt = received();
  trail.note(receipt);
  const traced = await eventually(
    () => find(client, prefix, receipt.eventId),
    ({ trails }) => trails.length === 1,
  );
  expect(traced.trails[0]?.steps).toMatchObject([{ step: 'received', eventId: receipt.eventId }]);
  await trail.close();
});

test('a thousand entries are a few writes', async ({ open, prefix }) => {
  const client = await open('producer');
  await noteAll(
    client,
    prefix,
    Array.from({ length: 1_000 }, () => received()),
  );
  const [shard] = shardsOf(client, prefix);
  expect(await client.xlen(shard?.chunks ?? '')).toBeLessThan(5);
});

test('entries that come one by one share a write every 100 ms', async ({ open, prefix }) => {
  const client = await open('producer');
  const trail = trailOf(client, prefix);
  const [shard] = shardsOf(client, prefix);
  const chunks = () => client.xlen(shard?.chunks ?? '');
  const started = Date.now();
  let noted = 0;
  while ((await chunks()) < 15) {
    for (let n = 0; n < 5; n++) await client.ping();
    trail.note(received());
    noted++;
  }
  await trail.close();
  // And one for each 256 KiB, should that be less than 100 ms.
  const most = (Date.now() - started) / 100 + noted / 256 + 2;
  expect(await chunks()).toBeLessThanOrEqual(most);
});

test('close takes along what was noted while a write was just ending', async ({ open, prefix }) => {
  const client = await open('producer');
  for (let turns = 0; turns < 12; turns++) {
    let dropped = 0;
    let closed: Promise<void> | undefined;
    const last = received();
    const closing = async (): Promise<void> => {
      // Answered in one piece with the write.
      await client.ping();
      for (let turn = 0; turn < turns; turn++) await undefined;
      trail.note(last);
      await trail.close();
    };
    const limits = () => {
      if (writing) closed ??= Promise.resolve().then(closing);
      return { age: 3_600_000, count: 1_000, bytes: 2 ** 20 };
    };
    const onDrop = (count: number): void => {
      dropped += count;
    };
    let writing = false;
    const trail = trailOf(client, prefix, { limits, onDrop });
    trail.note(received());
    writing = true;
    await eventually(() => closed !== undefined);
    await closed;
    expect(dropped, `after ${turns} turns`).toBe(0);
    expect((await find(client, prefix, last.eventId)).trails).toHaveLength(1);
  }
});

describe('Redis away', () => {
  test('what was noted meanwhile is written when it is back', async ({ open, prefix }) => {
    const redis = await startRedis();
    const client = await open('producer', { url: redis.url });
    const trail = trailOf(client, prefix);
    await redis.kill();
    await eventually(() => client.status !== 'ready');
    const receipt = received();
    trail.note(receipt);
    await redis.restart();
    await eventually(
      async () => (client.status === 'ready' ? (await find(client, prefix, receipt.eventId)).trails : []),
      (trails) => trails.length === 1,
      { timeout: 90_000 },
    );
    await trail.close();
  });

  test('what the buffer cannot hold is thrown away, counted, and leaves a gap', async ({ open, prefix }) => {
    const redis = await startRedis();
    const client = await open('producer', { url: redis.url });
    const dropped = { away: 0, memory: 0 };
    const trail = trailOf(client, prefix, {
      onDrop(count, why) {
        dropped[why] += count;
      },
    });
    await redis.kill();
    await eventually(() => client.status !== 'ready');
    const receipt = received();
    for (let n = 0; n < 3_000; n++) {
      trail.note(attempted(receipt, { ...failure, attempt: n, answer: 'x'.repeat(2_048) }));
    }
    expect(dropped).toEqual({ away: expect.any(Number), memory: 0 });
    expect(dropped.away).toBeGreaterThan(1_000);
    await redis.restart();
    const { gaps } = await eventually(
      async () => (client.status === 'ready' ? await find(client, prefix, 'x') : { gaps: [] }),
      (traced) => traced.gaps.length > 0,
      { timeout: 90_000 },
    );
    expect(gaps).toEqual([
      { since: expect.any(String), until: expect.any(String), count: dropped.away, why: 'away' },
    ]);
    await trail.close();
  });

  test('a chunk that was written twice, since it was unknown whether it was taken, counts once', async ({
    open,
    prefix,
  }) => {
    const client = await open('producer');
    const receipt = received();
    await noteAll(client, prefix, [receipt]);
    for (const key of Object.values(shardsOf(client, prefix)[0] ?? {}).slice(0, 2)) {
      const [[, fields] = []] = await client.xrangeBuffer(key, '-', '+');
      await client.xadd(key, '9999999999999-0', ...(fields ?? []));
    }
    expect((await find(client, prefix, receipt.eventId)).trails[0]?.steps).toHaveLength(1);
  });

  test('at the end what cannot be written is counted', async ({ open, prefix }) => {
    const redis = await startRedis();
    const client = await open('producer', { url: redis.url });
    let lost = 0;
    const trail = trailOf(client, prefix, {
      onDrop(count) {
        lost += count;
      },
    });
    await redis.kill();
    await eventually(() => client.status !== 'ready');
    trail.note(received());
    await trail.close();
    expect(lost).toBe(1);
  });
});

test('while Redis fills up nothing is added, and the gap is noted at once and while it continues', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  let memory = 0.69;
  let lost = 0;
  const trail = trailOf(client, prefix, {
    memory: () => memory,
    onDrop(count) {
      lost += count;
    },
  });
  const [before, meanwhile, after] = [received(), received(), received()];
  trail.note(before);
  memory = 0.7;
  trail.note(meanwhile);
  trail.note(meanwhile);
  await eventually(
    () => find(client, prefix, before.eventId),
    ({ gaps }) => gaps.length === 1,
  );
  memory = 0.5;
  trail.note(after);
  await trail.close();
  expect(lost).toBe(2);
  expect((await find(client, prefix, meanwhile.eventId)).trails).toEqual([]);
  const { trails, gaps } = await find(client, prefix, after.eventId);
  expect(trails).toHaveLength(1);
  expect(gaps).toMatchObject([{ count: 2, why: 'memory' }]);
});

test('a Redis that refuses writes costs the trail nothing but its buffer', async ({ open, prefix }) => {
  const redis = await startRedis({ maxmemory: '3mb' });
  const client = await open('producer', { url: redis.url });
  await redis.cli('SETRANGE', 'ballast', String(4 * 1024 * 1024), 'x').catch(() => {});
  await redis.cli('CONFIG', 'SET', 'maxmemory', '1mb');
  const trail = trailOf(client, prefix);
  const receipt = received();
  trail.note(receipt);
  await eventually(async () => String(await redis.cli('INFO', 'errorstats')).includes('errorstat_OOM'));
  await redis.cli('CONFIG', 'SET', 'maxmemory', '0');
  await eventually(
    () => find(client, prefix, receipt.eventId),
    ({ trails }) => trails.length === 1,
    { timeout: 90_000 },
  );
  await trail.close();
});
