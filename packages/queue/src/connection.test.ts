import { Cluster } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from './connection.js';

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
