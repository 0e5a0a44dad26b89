/**
 * The cost of the trail: the same load alternating between two relays, one with a trail and one without, each with its
 * own Redis. Acknowledged and delivered at once, everything on the same cores. The CPU time per event of Longshore and
 * its Redis is more reliable than the rate on a machine with other load.
 *
 * `node trail.mjs [COUNT]`, from the bench folder after `npm start` or a build.
 */
import { cpuOf, load, startLongshore, startSink, stopAll } from './processes.mjs';

const COUNT = Number(process.argv[2] ?? 5_000);
const ROUNDS = 5;
/** What the receiver answers. */
const CASES = { ok: '204', page: '503, an error page', random: '503, 2 KB at random' };

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

async function relayTo(answer, age) {
  const sink = await startSink(answer);
  // A failed delivery is not retried within the measurement.
  const endpoint = { name: 'one', url: sink.url, concurrency: 16, timeout: '10s', backoff: '1h' };
  const retention = { trail: { age } };
  const relay = await startLongshore({ notifications: { endpoints: [endpoint] }, retention });
  const counted = async () => (await sink.state()).count;
  return {
    ...relay,
    async round() {
      const before = await counted();
      const cpu = await cpuOf(relay.child.pid);
      const started = performance.now();
      const { p50, p99, failures } = await load(relay.ingest, COUNT, 64, 'keep');
      if (Object.keys(failures).length > 0) throw new Error(`refused: ${JSON.stringify(failures)}`);
      while ((await counted()) - before < COUNT) await new Promise((resolve) => setTimeout(resolve, 20));
      const rate = COUNT / ((performance.now() - started) / 1_000);
      return { rate, p50, p99, cpu: ((await cpuOf(relay.child.pid)) - cpu) * (1e6 / COUNT) };
    },
  };
}

const rows = [];
for (const [answer, words] of Object.entries(CASES)) {
  const [on, off] = [await relayTo(answer, '24h'), await relayTo(answer, '0s')];
  const runs = [];
  for (let round = 0; round <= ROUNDS; round++) {
    // The order alternates; the first round is a warm-up.
    const order = round % 2 ? [on, off] : [off, on];
    const results = new Map();
    for (const relay of order) results.set(relay, await relay.round());
    if (round > 0) runs.push({ on: results.get(on), off: results.get(off) });
  }
  const of = (field) => median(runs.map(field));
  rows.push({
    receiver: words,
    'with/s': Math.round(of((run) => run.on.rate)),
    'without/s': Math.round(of((run) => run.off.rate)),
    ratio: of((run) => run.on.rate / run.off.rate).toFixed(2),
    'CPU µs': `${Math.round(of((run) => run.on.cpu))} / ${Math.round(of((run) => run.off.cpu))}`,
    'ratio of CPU': of((run) => run.on.cpu / run.off.cpu).toFixed(2),
    'ack p50 ms': `${of((run) => run.on.p50).toFixed(1)} / ${of((run) => run.off.p50).toFixed(1)}`,
    'ack p99 ms': `${of((run) => run.on.p99).toFixed(1)} / ${of((run) => run.off.p99).toFixed(1)}`,
  });
  await stopAll();
  await Promise.all([on.cleanUp(), off.cleanUp()]);
}
console.table(rows);
