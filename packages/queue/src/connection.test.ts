import { Cluster } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { connect, reconnectDelay } from './connection.js';

function clusterOf(node: string): Cluster {
  const client = connect({ cluster: [node] }, 'producer', () => {});
  onTestFinished(() => client.disconnect());
  if (!(client instanceof Cluster)) throw new Error('a cluster is expected');
  return client;
}

test('with TLS a cluster is connected to by the names of its nodes, which its certificates are for', async () => {
  const { dnsLookup } = clusterOf('rediss://:pw@127.0.0.1:1').options;
  const name = 'clustercfg.example.use1.cache.amazonaws.com';
  const found = await new Promise((resolve) => dnsLookup?.(name, (_error, address) => resolve(address)));
  expect(found).toBe(name);
});

test('connections that were lost together come back staggered, and soon', () => {
  const delays = [1, 2, 3, 9, 90].map((times) => [reconnectDelay(times, 0), reconnectDelay(times, 1)]);
  expect(delays).toEqual([
    [50, 100],
    [100, 200],
    [200, 400],
    [1_000, 2_000],
    [1_000, 2_000],
  ]);
});
