/**
 * Delivery rate of a backlog, compared with the same requests by undici alone, in the same run.
 *
 * `node delivery.mjs [COUNT]`, from the bench folder after `npm start` or a build.
 */
import { Pool } from 'undici';
import { load, startLongshore, startReceiver, stopAll } from './processes.mjs';

const COUNT = Number(process.argv[2] ?? 5_000);
const CONCURRENCY = 16;

const receiver = await startReceiver();
const counted = () =>
  new Promise((resolve) => {
    receiver.child.stdout.once('data', (chunk) => resolve(JSON.parse(chunk).count));
    receiver.child.kill('SIGUSR2');
  });

const pool = new Pool(receiver.url, { connections: CONCURRENCY });
let left = COUNT;
const body = JSON.stringify({
  events: [{ id: 'x', action: 'push', target: { repository: 'a'.repeat(1_400) } }],
});
const alone = async () => {
  while (left-- > 0) await (await pool.request({ path: '/', method: 'POST', body })).body.dump();
};
const startedAlone = performance.now();
await Promise.all(Array.from({ length: CONCURRENCY }, alone));
const undici = COUNT / ((performance.now() - startedAlone) / 1_000);
await pool.close();

const endpoint = { name: 'one', url: receiver.url, concurrency: CONCURRENCY, timeout: '10s' };
const relay = await startLongshore({ notifications: { endpoints: [endpoint] }, log: { level: 'info' } });
const before = await counted();
const startedRelay = performance.now();
await load(relay.ingest, COUNT, 64, 'keep');
const taken = performance.now();
while ((await counted()) - before < COUNT) await new Promise((resolve) => setTimeout(resolve, 20));
const done = performance.now();

console.table([
  {
    deliveries: COUNT,
    'taken/s': Math.round(COUNT / ((taken - startedRelay) / 1_000)),
    'received and delivered/s': Math.round(COUNT / ((done - startedRelay) / 1_000)),
    'undici alone/s': Math.round(undici),
    ratio: (COUNT / ((done - startedRelay) / 1_000) / undici).toFixed(2),
  },
]);
await stopAll();
await relay.cleanUp();
