/** Acknowledgements: endpoints are paused, so that ingest is measured and not delivery. */
import { startBare, startLongshore, startSink, stopAll } from '../processes.mjs';
import { endpointsOf, median, post, ratio, repeated, rounded, us, used } from './measure.mjs';

const NOWHERE = 'http://127.0.0.1:9';
const paused = (count) => ({ notifications: { endpoints: endpointsOf(count, NOWHERE, { paused: true }) } });

/** Two servers get the same load by turns; the first round is a warm-up. One connection gets a quarter of the events. */
async function byTurns(pair, { events, rounds }, concurrency, connections) {
  const count = Math.ceil(events / (concurrency > 1 ? 1 : 4));
  const runs = await repeated(rounds, async () => {
    const both = [];
    for (const server of pair) {
      both.push(await used([server], () => post(server.ingest, count, concurrency, connections)));
    }
    return { ours: both[0], theirs: both[1] };
  });
  return { runs, count };
}

function rowOf(figure, { runs, count }, wanted) {
  const of = (field) => median(runs.map(field));
  return {
    figure,
    'ratio of rates': ratio(
      of(({ ours, theirs }) => ours.result.rate / theirs.result.rate),
      1,
    ),
    'ratio of CPU': ratio(
      of(({ ours, theirs }) => theirs.cpu / ours.cpu),
      1,
    ),
    wanted,
    'µs of ours + Redis': `${us(
      of(({ ours }) => ours.ours),
      count,
    )} + ${us(
      of(({ ours }) => ours.redis),
      count,
    )}`,
    'µs of the other': us(
      of(({ theirs }) => theirs.cpu),
      count,
    ),
    'ack p50 ms': rounded(of(({ ours }) => ours.result.p50)),
    'ack p95 ms': rounded(of(({ ours }) => ours.result.p95)),
  };
}

const CASES = [
  [64, 'keep', 0.45],
  [1, 'close', 0.65],
  [1, 'keep', ''],
  [64, 'close', ''],
];

/** Beside a server that only parses the JSON. */
export async function ack(scale) {
  const pair = [await startLongshore(paused(1), ['ingest']), await startBare()];
  const rows = [];
  for (const [concurrency, connections, wanted] of CASES.slice(0, scale.setups)) {
    const figure = `${concurrency}, ${connections === 'keep' ? 'kept alive' : 'new each time'}`;
    rows.push(rowOf(figure, await byTurns(pair, scale, concurrency, connections), wanted));
  }
  await stopAll();
  await pair[0].cleanUp();
  return rows;
}

/** The registry's own notifier posts one after the other, with a new connection each; beside a sink that does nothing. */
export async function notifier(scale) {
  const [longshore, sink] = [await startLongshore(paused(1), ['ingest']), await startSink()];
  const pair = [longshore, { ...sink, ingest: sink.url }];
  const rows = [rowOf('notifier, one at a time', await byTurns(pair, scale, 1, 'close'), 0.85)];
  await stopAll();
  await longshore.cleanUp();
  return rows;
}

/** Ten endpoints beside one. */
export async function fanout(scale) {
  const pair = [await startLongshore(paused(10), ['ingest']), await startLongshore(paused(1), ['ingest'])];
  const rows = [rowOf('10 endpoints against 1', await byTurns(pair, scale, 64, 'keep'), 0.5)];
  await stopAll();
  await Promise.all(pair.map((one) => one.cleanUp()));
  return rows;
}
