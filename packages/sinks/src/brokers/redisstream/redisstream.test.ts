import { redisUrl, startRedis, testPrefix } from '@longshore/testkit';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { brokerContract, type Stored } from '../../testing/broker-contract.js';
import { brokerOptionsAt } from '../../testing/brokers.js';
import { aDelivery, anAttempt, single, theFormat } from '../../testing/builders.js';
import { openRedisStream } from './index.js';

type Reply = [id: string, fields: string[]][];

const entries = (reply: Reply): Record<string, string>[] =>
  reply.map(([, fields]) =>
    Object.fromEntries(fields.flatMap((field, at) => (at % 2 === 0 ? [[field, fields[at + 1] ?? '']] : []))),
  );

const storedIn = (reply: Reply): Stored[] =>
  entries(reply).map((entry) => ({
    id: entry.id ?? '',
    key: entry.key ?? '',
    contentType: entry['content-type'] ?? '',
    body: entry.data ?? '',
    attempt: entry['x-longshore-attempt'] ?? '',
  }));

brokerContract('redisstream', async () => {
  const redis = await startRedis({ appendonly: true });
  return {
    open: (format = 'cloudevents') =>
      single(
        openRedisStream({
          ...brokerOptionsAt(redis.url, { key: 'pushes' }, { format: theFormat(format) }),
          maxlen: 0,
        }),
      ),
    stored: async () => storedIn((await redis.cli('XRANGE', 'pushes', '-', '+')) as Reply),
    kill: redis.kill,
    start: redis.restart,
    stop: redis.stop,
  };
});

function client() {
  const redis = new Redis(redisUrl());
  onTestFinished(() => redis.disconnect());
  return redis;
}

test('the key is a template, and the stream is cut to about maxlen', async () => {
  const prefix = testPrefix();
  const options = brokerOptionsAt(redisUrl(), { key: `${prefix}:{{ repository }}` });
  const sink = single(openRedisStream({ ...options, maxlen: 10 }));
  const event = { id: 'e', action: 'push', target: { repository: 'acme/app' } };
  for (let at = 0; at < 130; at++)
    await sink.send(aDelivery({ id: `${at}`, payload: { event } }), anAttempt());
  const redis = client();
  const length = await redis.xlen(`${prefix}:acme/app`);
  expect(length).toBeGreaterThanOrEqual(10);
  expect(length).toBeLessThan(130);
  await redis.del(`${prefix}:acme/app`);
});

test('the binary mode of CloudEvents has its attributes beside the body', async () => {
  const key = testPrefix();
  const options = brokerOptionsAt(redisUrl(), { key }, { settings: { mode: 'binary' } });
  await single(openRedisStream({ ...options, maxlen: 0 })).send(aDelivery(), anAttempt());
  const redis = client();
  const [entry] = entries((await redis.xrange(key, '-', '+')) as Reply);
  expect(entry).toMatchObject({ 'ce-type': 'dev.longshore.image.push', 'content-type': 'application/json' });
  await redis.del(key);
});

test('configured headers are in the message, in place of ours of the same name', async () => {
  const key = testPrefix();
  const headers = {
    Authorization: ['Bearer abc'],
    team: ['a', 'b'],
    'content-type': ['text/x-own'],
    host: ['h'],
  };
  const options = brokerOptionsAt(redisUrl(), { key }, { headers });
  await single(openRedisStream({ ...options, maxlen: 0 })).send(aDelivery(), anAttempt());
  const redis = client();
  const [entry] = entries((await redis.xrange(key, '-', '+')) as Reply);
  expect(entry).toMatchObject({ authorization: 'Bearer abc', team: 'a, b', 'content-type': 'text/x-own' });
  expect(entry).not.toHaveProperty('host');
  await redis.del(key);
});

test('a database that the server has not gets nothing into another one', async () => {
  const key = testPrefix();
  const sink = single(openRedisStream({ ...brokerOptionsAt(`${redisUrl()}/4000`, { key }), maxlen: 0 }));
  expect(await sink.send(aDelivery(), anAttempt())).toMatchObject({
    ...{ kind: 'retry', reason: 'rejected', detail: expect.stringContaining('database 4000') },
  });
  expect(await client().exists(key)).toBe(0);
});

test.each([
  ['a wrong password', 'redis://unknown-user:wrong-password@', { kind: 'retry', reason: 'denied' }],
  ['another scheme', 'http://', { kind: 'retry', reason: 'url' }],
])('%s is said, without the password', async (_, start, outcome) => {
  const url = redisUrl().replace('redis://', start);
  const result = await single(openRedisStream({ ...brokerOptionsAt(url, { key: 'k' }), maxlen: 0 })).send(
    aDelivery(),
    anAttempt(),
  );
  expect(result).toMatchObject(outcome);
  expect(JSON.stringify(result)).not.toContain('wrong-password');
});
