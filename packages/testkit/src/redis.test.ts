import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { findRedisServer } from '@longshore/embedded/redis';
import { expect, inject, onTestFinished, test } from 'vitest';
import { removeFolder, temporaryFolder } from './cleanup.js';
import { eventually } from './eventually.js';
import { isPortTaken, launch, startRedis } from './redis.js';
import { startRedisCluster } from './redis-cluster.js';
import { redisUrl, testPrefix } from './shared-redis.js';

test('a Redis that writes everything down has it after kill and restart, at the same address', async () => {
  const redis = await startRedis({ appendonly: true });
  const { url, pid } = redis;
  await redis.cli('SET', 'k', 'v');
  await redis.kill();
  await expect(redis.cli('PING')).rejects.toThrow('ECONNREFUSED');
  await redis.restart();
  expect(redis.url).toBe(url);
  expect(redis.pid).not.toBe(pid);
  expect(await redis.cli('GET', 'k')).toBe('v');
});

test('a paused Redis answers only when it is resumed', async () => {
  const redis = await startRedis();
  redis.pause();
  let answered = false;
  const answer = redis.cli('PING').then((pong) => {
    answered = true;
    return pong;
  });
  await eventually(
    () => stateOf(redis.pid),
    (state) => state === 'T',
  );
  expect(answered).toBe(false);
  redis.resume();
  expect(await answer).toBe('PONG');
});

test('the answer of another Redis at the same port is not taken for that of the one which is started', async () => {
  const redis = await startRedis();
  const folder = await temporaryFolder('redis');
  onTestFinished(() => removeFolder(folder));
  const second = launch(await findRedisServer(), folder, redis.port, {});
  await expect(second).rejects.toSatisfy(isPortTaken);
});

test('options reach Redis, over a unix socket too', async () => {
  const redis = await startRedis({ unix: true, maxmemory: '64mb' });
  expect(existsSync(redis.url)).toBe(true);
  expect(await redis.cli('CONFIG', 'GET', 'maxmemory*')).toEqual(
    expect.arrayContaining([String(64 * 2 ** 20)]),
  );
});

test('stop removes the folder and may be called twice, on a paused Redis too', async () => {
  const redis = await startRedis({ unix: true });
  redis.pause();
  await redis.stop();
  await redis.stop();
  expect(existsSync(redis.url)).toBe(false);
});

test('a setting that Redis does not know fails the start with its words', async () => {
  await expect(startRedis({ settings: { nonsense: 'yes' } })).rejects.toThrow(/Bad directive/);
});

test('a cluster serves keys of all slots, each at its own master', async () => {
  const cluster = await startRedisCluster();
  const answers = await Promise.all(
    cluster.ports.map((_port, node) => cluster.cli(node, 'SET', 'k', 'v').catch(String)),
  );
  expect(answers.filter((each) => each === 'OK')).toHaveLength(1);
  expect(answers.filter((each) => String(each).includes('MOVED'))).toHaveLength(2);
});

test('the tests of a run share one Redis and no prefix', async () => {
  expect(redisUrl()).toBe(inject('redisUrl'));
  expect(redisUrl()).toMatch(/^redis:\/\/127\.0\.0\.1:\d+$/);
  expect(testPrefix()).not.toBe(testPrefix());
  expect(testPrefix()).toMatch(
    /^test-[0-9a-f]{8}-one-redis-and-no-prefix$|^test-[0-9a-f]{8}-redis-and-no-prefix$/,
  );
});

async function stateOf(pid: number): Promise<string | undefined> {
  return /\) (\w)/.exec(await readFile(`/proc/${pid}/stat`, 'utf8'))?.[1];
}
