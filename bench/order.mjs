/**
 * What an order costs: deliveries a second of one endpoint, without and with `order: repository`, by turns in one run.
 *
 * `node order.mjs [DELIVERIES] [REPOSITORIES]`, from the bench folder after a build. Starts a Redis of its own.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@longshore/queue';
import { createTakeLoop } from '@longshore/queue/consumer';
import { createProducer } from '@longshore/queue/producer';

const [count, repositories] = [Number(process.argv[2] ?? 5_000), Number(process.argv[3] ?? 100)];
const folder = mkdtempSync(join(tmpdir(), 'longshore-bench-'));
const socket = join(folder, 'redis.sock');
const options = ['--port', '0', '--unixsocket', socket, '--save', '', '--dir', folder, '--appendonly', 'yes'];
const redis = spawn('redis-server', options, { stdio: 'ignore' });
const open = async (profile) => {
  const client = connect({ socket: () => socket }, profile, () => {});
  if (client.status !== 'ready') await new Promise((resolve) => client.once('ready', resolve));
  return client;
};
const [client, consuming] = [await open('producer'), await open('consumer')];

function aDelivery(endpoint, n) {
  const view = { action: 'push', repository: `acme/r${n % repositories}`, tag: '1.0' };
  const [id, eventId] = [randomUUID().replaceAll('-', ''), randomUUID()];
  const from = { source: 'distribution', kind: 'distribution', class: 'event', nativeType: 'push' };
  const about = { receivedAt: Date.now(), contentType: 'application/json' };
  return { id, endpoint, eventId, ...from, ...about, view, payload: { event: { id: eventId, ...view } } };
}

async function rate(order) {
  const [endpoint, prefix] = [randomUUID(), 'bench'];
  const deliveries = Array.from({ length: count }, (_, n) => aDelivery(endpoint, n));
  await createProducer(client, prefix).enqueue(deliveries);
  const loop = createTakeLoop({ client: consuming, prefix, onError: console.error, onStuck() {} });
  let left = count;
  const started = performance.now();
  await new Promise((resolve) => {
    const consumer = loop.serve({
      endpoint,
      take: { concurrency: 8, order, maxBackoffMs: 1_000 },
      delivered: { age: 60_000, count: 1 },
      handle: async () => {
        left -= 1;
        if (left === 0) setImmediate(() => consumer.close(1_000).then(resolve));
        return { settle: 'delivered', outcome: { kind: 'delivered', reason: 'http_200', status: 200 } };
      },
      unreadable: () => ({ settle: 'released' }),
      onError: console.error,
      onStalled() {},
    });
  });
  const perSecond = count / ((performance.now() - started) / 1_000);
  loop.close();
  return perSecond;
}

const sums = { none: 0, repository: 0 };
for (let round = 0; round < 3; round++) {
  for (const order of ['none', 'repository']) sums[order] += (await rate(order)) / 3;
}
console.log(`${sums.none.toFixed(0)}/s without, ${sums.repository.toFixed(0)}/s with order: repository`);
console.log(`ratio ${(sums.repository / sums.none).toFixed(2)}`);
redis.kill();
rmSync(folder, { recursive: true, force: true });
process.exit(0);
