/**
 * What the trail costs: the same load to two relays by turns, one with a trail and one without, each with a
 * Redis of its own. Acknowledged and delivered at once, everything on the same cores.
 *
 * `node trail.mjs [COUNT]`, from the bench folder after `npm start` or a build.
 */
import { load, startLongshore, startReceiver, stopAll } from './processes.mjs';

const COUNT = Number(process.argv[2] ?? 5_000);
const ROUNDS = 5;
/** What the receiver answers: nothing, or a failure with 2 KB that are different each time. */
const CASES = ['ok', 'fail'];

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

async function relayTo(answer, age) {
  const receiver = await startReceiver(answer);
  // A failed delivery is not tried again within the measurement.
  const endpoint = { name: 'one', url: receiver.url, concurrency: 16, timeout: '10s', backoff: '1h' };
  const retention = { trail: { age } };
  const relay = await startLongshore({ notifications: { endpoints: [endpoint] }, retention });
  const counted = () =>
    new Promise((resolve) => {
      receiver.child.stdout.once('data', (chunk) => resolve(JSON.parse(chunk).count));
      receiver.child.kill('SIGUSR2');
    });
  return {
    ...relay,
    async round() {
      const before = await counted();
      const started = performance.now();
      const { p50, p99, failures } = await load(relay.ingest, COUNT, 64, 'keep');
      if (Object.keys(failures).length > 0) throw new Error(`refused: ${JSON.stringify(failures)}`);
      while ((await counted()) - before < COUNT) await new Promise((resolve) => setTimeout(resolve, 20));
      return { rate: COUNT / ((performance.now() - started) / 1_000), p50, p99 };
    },
  };
}

const rows = [];
for (const answer of CASES) {
  const [on, off] = [await relayTo(answer, '24h'), await relayTo(answer, '0s')];
  const runs = [];
  for (let round = 0; round <= ROUNDS; round++) {
    // Whoever is first alternates; the first round warms up.
    const order = round % 2 ? [on, off] : [off, on];
    const results = new Map();
    for (const relay of order) results.set(relay, await relay.round());
    if (round > 0) runs.push({ on: results.get(on), off: results.get(off) });
  }
  const of = (field) => median(runs.map(field));
  rows.push({
    receiver: answer === 'ok' ? '204' : '503 and 2 KB',
    'with/s': Math.round(of((run) => run.on.rate)),
    'without/s': Math.round(of((run) => run.off.rate)),
    ratio: of((run) => run.on.rate / run.off.rate).toFixed(2),
    'ack p50 ms': `${of((run) => run.on.p50).toFixed(1)} / ${of((run) => run.off.p50).toFixed(1)}`,
    'ack p99 ms': `${of((run) => run.on.p99).toFixed(1)} / ${of((run) => run.off.p99).toFixed(1)}`,
  });
  await stopAll();
  await Promise.all([on.cleanUp(), off.cleanUp()]);
}
console.table(rows);
