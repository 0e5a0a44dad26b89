/** From the post to the sink. */
import { startLongshore, startSink, stopAll } from '../processes.mjs';
import { endpointsOf, median, post, ratio, repeated, rounded, untilDelivered, us, used } from './measure.mjs';

const EACH_ROLE = ['ingest', 'worker', 'dashboard'];

/** One process with all roles, or ingest and so many workers. */
export async function startRelay(endpoints, workers = 0) {
  const settings = { notifications: { endpoints }, log: { level: 'info' } };
  if (workers === 0) {
    const relay = await startLongshore(settings, EACH_ROLE);
    return { ...relay, all: [relay] };
  }
  const ingest = await startLongshore(settings, ['ingest']);
  const all = [ingest];
  for (let n = 0; n < workers; n++) {
    all.push(await startLongshore({ ...settings, datadir: ingest.folder }, ['worker']));
  }
  return { ...ingest, all };
}

/** Posts events and waits until each endpoint has each of them, some rounds after a warm-up. */
async function rounds(relay, sink, { events, rounds: most }, concurrency, fanOut = 1) {
  const runs = await repeated(most, async () => {
    const run = await used(relay.all, async () => {
      const posted = await post(relay.ingest, events, concurrency, 'keep');
      return { posted, delivered: await untilDelivered(sink, events * fanOut) };
    });
    return { ...run, rate: (events * fanOut) / run.seconds };
  });
  const of = (field) => median(runs.map(field));
  const count = events * fanOut;
  return {
    'deliveries/s': Math.round(of(({ rate }) => rate)),
    'CPU µs': us(
      of(({ cpu }) => cpu),
      count,
    ),
    'µs of ours + Redis': `${us(
      of(({ ours }) => ours),
      count,
    )} + ${us(
      of(({ redis }) => redis),
      count,
    )}`,
    duplicates: of(({ result }) => result.delivered.count - result.delivered.unique),
  };
}

async function measured(figure, scale, { workers, concurrency, fanOut = 1, wanted = '' }) {
  const sink = await startSink();
  const relay = await startRelay(endpointsOf(fanOut, sink.url), workers);
  const events = Math.ceil(scale.events / (fanOut > 1 ? 4 : 1));
  const row = await rounds(relay, sink, { ...scale, events }, concurrency, fanOut);
  await stopAll();
  await relay.cleanUp();
  return { figure, ...row, wanted };
}

const EVENT_SETUPS = [
  ['one process, 16 connections', { concurrency: 16, wanted: 600 }],
  ['ingest + worker, 64', { workers: 1, concurrency: 64, wanted: 450 }],
  ['10 endpoints, 64', { workers: 1, concurrency: 64, fanOut: 10, wanted: 300 }],
];

/** CPU of one delivered event. */
export async function event(scale) {
  const rows = [];
  for (const [figure, setup] of EVENT_SETUPS.slice(0, scale.setups)) {
    rows.push(await measured(figure, scale, setup));
  }
  return rows;
}

/** One process beside two, and more workers. */
export async function processes(scale) {
  const rows = [];
  for (const workers of [0, 1, 2, 4].slice(0, scale.setups)) {
    const figure = workers === 0 ? 'one process' : `ingest + ${workers} worker${workers > 1 ? 's' : ''}`;
    rows.push(await measured(figure, scale, { workers, concurrency: 64 }));
  }
  const [one, single, two, four] = rows;
  if (single) one.wanted = `${ratio(one['deliveries/s'], single['deliveries/s'])} of ingest + worker; ≥ 1`;
  if (two) two.wanted = `${ratio(single['CPU µs'], two['CPU µs'])} of 1 worker by CPU; ≥ 0.9`;
  if (four) four.wanted = `${ratio(two['CPU µs'], four['CPU µs'])} of 2 workers by CPU; ≥ 0.9`;
  return rows;
}

/** From the post to the sink, at so many events a second. */
async function paced(relay, sink, rate, seconds, fanOut) {
  const posted = await post(relay.ingest, rate * seconds, 64, 'keep', rate);
  const { count, unique, ...latency } = await untilDelivered(sink, rate * seconds * fanOut);
  return { posted, duplicates: count - unique, ...latency };
}

/** At 200 events a second. */
export async function latency({ seconds, rounds: most }) {
  const sink = await startSink();
  const relay = await startRelay(endpointsOf(1, sink.url));
  const runs = await repeated(most, () => paced(relay, sink, 200, seconds, 1));
  await stopAll();
  await relay.cleanUp();
  const of = (field) => rounded(median(runs.map(field)));
  return [
    {
      figure: 'publish to arrival at 200/s, ms',
      ...{
        p50: of(({ p50 }) => p50),
        p95: of(({ p95 }) => p95),
        p99: of(({ p99 }) => p99),
        wanted: 'p95 ≤ 10',
      },
      'ack p95': of(({ posted }) => posted.p95),
      duplicates: of(({ duplicates }) => duplicates),
    },
  ];
}

/** Ten healthy endpoints at 50 events a second, with and without one that never answers. */
export async function blackhole({ seconds, rounds: most }) {
  const sink = await startSink();
  const healthy = endpointsOf(10, sink.url);
  const hole = { name: 'hole', url: `${sink.url}/hole`, timeout: '5s' };
  const relays = [await startRelay(healthy), await startRelay([...healthy, hole])];
  const runs = await repeated(most, async () => {
    const both = [];
    for (const relay of relays) both.push(await paced(relay, sink, 50, seconds, 10));
    return both;
  });
  await stopAll();
  await Promise.all(relays.map((relay) => relay.cleanUp()));
  const of = (field) => rounded(median(runs.map(field)));
  const row = (figure, n) => ({ figure, p50: of((run) => run[n].p50), p95: of((run) => run[n].p95) });
  const compared = {
    ratio: ratio(median(runs.map(([without, beside]) => beside.p95 / Math.max(without.p95, 1))), 1),
  };
  return [row('10 endpoints', 0), { ...row('beside a black hole', 1), ...compared, wanted: '≤ 1.1' }];
}
