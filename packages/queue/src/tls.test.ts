/** Redis by TLS: a server, a Sentinel and its primary, a Cluster; certificates and passwords that are renewed. */
import { createSecureContext } from 'node:tls';
import { eventually, selfSigned, startTlsRedis, type TestTlsRedis } from '@longshore/testkit';
import { expect } from 'vitest';
import type { RedisAddress } from './address.js';
import { factsOf, isReady } from './connection.js';
import { createProducer } from './producer.js';
import { aDelivery } from './testing/deliveries.js';
import { redisTest as test } from './testing/redis-test.js';

const tlsOf = ({ server, client }: Pick<TestTlsRedis, 'server' | 'client'>) => ({
  secureContext: createSecureContext({ ca: server.cert, ...client }),
});

const addresses: Record<'alone' | 'sentinel' | 'cluster', (redis: TestTlsRedis) => RedisAddress> = {
  alone: ({ port }) => ({ url: `redis://127.0.0.1:${port}` }),
  sentinel: ({ sentinelPort, master }) => ({ sentinels: { nodes: [`127.0.0.1:${sentinelPort}`], master } }),
  cluster: ({ port }) => ({ cluster: [`127.0.0.1:${port}`] }),
};

test.for(['alone', 'sentinel', 'cluster'] as const)(
  'a client certificate is shown, and the own authority trusted: %s',
  async (kind, { open, prefix }) => {
    const redis = await startTlsRedis(kind);
    const client = await open('producer', { ...addresses[kind](redis), tls: () => tlsOf(redis) });
    await createProducer(client, prefix).enqueue([aDelivery('one')]);
    expect(await redis.redis.cli('KEYS', `${prefix}*`)).not.toEqual([]);
  },
);

test('a server that is not trusted, or not the one that is meant, gets no command', async ({ open }) => {
  const redis = await startTlsRedis();
  const url = `rediss://127.0.0.1:${redis.port}`;
  const stranger = selfSigned({ names: ['127.0.0.1'] });
  const errors = async (tls: RedisAddress['tls']): Promise<string> => {
    const client = await open('producer', { url, ...(tls && { tls }) }, { ready: false });
    const error = await eventually(() => factsOf(client).lastError?.(), Boolean);
    expect(isReady(client)).toBe(false);
    return String(error?.message);
  };
  expect(await errors(undefined)).toContain('self-signed certificate');
  expect(await errors(() => tlsOf({ ...redis, server: stranger }))).toContain('self-signed certificate');
  expect(await errors(() => ({ ...tlsOf(redis), servername: 'other.test' }))).toContain('altnames');
});

test('a renewed certificate is shown by the next connection; a half-written one leaves the one before', async ({
  open,
}) => {
  const redis = await startTlsRedis();
  let now = () => tlsOf(redis);
  const client = await open('consumer', { url: `redis://127.0.0.1:${redis.port}`, tls: () => now() });
  const reconnected = async (): Promise<string> => {
    const id = await client.client('ID');
    await redis.redis.cli('CLIENT', 'KILL', 'TYPE', 'normal');
    await eventually(
      () => client.client('ID').catch(() => id),
      (other) => other !== id,
    );
    return String(await client.client('INFO'));
  };
  now = () => {
    throw new Error('no key in this file');
  };
  expect(await reconnected()).toContain('name=');
  let used = 0;
  now = () => {
    used++;
    return tlsOf(redis);
  };
  expect(await reconnected()).toContain('name=');
  expect(used).toBeGreaterThan(0);
});

test('a password that is renewed is sent by the next connection', async ({ open }) => {
  const redis = await startTlsRedis();
  await redis.redis.cli('CONFIG', 'SET', 'requirepass', 'old-password');
  let password = 'old-password';
  const address = (): RedisAddress => ({
    ...{ url: `redis://:${password}@127.0.0.1:${redis.port}`, tls: () => tlsOf(redis), renewed: address },
  });
  const client = await open('consumer', address());
  const id = await client.client('ID');
  password = 'new-password';
  await client.config('SET', 'requirepass', password);
  await client.call('CLIENT', 'KILL', 'ID', String(id), 'SKIPME', 'no').catch(() => {});
  await eventually(
    () => client.client('ID').catch(() => id),
    (other) => other !== id,
  );
  expect(await client.ping()).toBe('PONG');
});
