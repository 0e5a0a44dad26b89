/**
 * Acknowledgement rate of ingest, compared with a bare Koa app that only parses the JSON, alternating in one run.
 * One endpoint, paused, so that ingest is measured and not delivery; everything shares the machine's cores.
 *
 * `node ingest.mjs [COUNT]`, from the bench folder after `npm start` or a build.
 */
import { load, startBare, startLongshore, stopAll } from './processes.mjs';

const COUNT = Number(process.argv[2] ?? 2_000);
const ROUNDS = 5;
const CASES = [
  [1, 'keep'],
  [1, 'close'],
  [64, 'keep'],
  [64, 'close'],
];

const endpoint = { name: 'one', url: 'http://127.0.0.1:9/', paused: true };
const bare = await startBare();
const longshore = await startLongshore({ notifications: { endpoints: [endpoint] } }, ['ingest']);
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

const rows = [];
for (const [concurrency, connections] of CASES) {
  const runs = [];
  for (let round = 0; round < ROUNDS; round++) {
    const ours = await load(longshore.ingest, COUNT, concurrency, connections);
    const theirs = await load(bare.ingest, COUNT, concurrency, connections);
    if (Object.keys(ours.failures).length > 0) throw new Error(`refused: ${JSON.stringify(ours.failures)}`);
    runs.push({ ours, theirs, ratio: ours.rate / theirs.rate });
  }
  const of = (field) => median(runs.map(field));
  rows.push({
    concurrency,
    connections: connections === 'close' ? 'new each time' : 'kept alive',
    'longshore/s': Math.round(of(({ ours }) => ours.rate)),
    'bare Koa/s': Math.round(of(({ theirs }) => theirs.rate)),
    ratio: of(({ ratio }) => ratio).toFixed(2),
    'ack p50 ms': of(({ ours }) => ours.p50).toFixed(2),
    'ack p99 ms': of(({ ours }) => ours.p99).toFixed(2),
  });
}
console.table(rows);
await stopAll();
await longshore.cleanUp();
