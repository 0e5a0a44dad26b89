/** Loads that do not fit, and one that lasts. */
import { setTimeout as pause } from 'node:timers/promises';
import { cpuBy, startLongshore, startSink, stopAll } from '../processes.mjs';
import { startRelay } from './delivery.mjs';
import { endpointsOf, post, redisOf, rounded, untilDelivered, us, used } from './measure.mjs';

const MIB = 1_048_576;
const mib = (bytes) => Math.round(bytes / MIB);
const residentOf = async ({ child }) => mib((await cpuBy(child.pid)).resident);

async function delivered(figure, endpoints, send, events) {
  const sink = await startSink();
  const relay = await startRelay(endpointsOf(endpoints, sink.url, { timeout: '60s' }), 1);
  const redis = await redisOf(relay);
  const run = await used(relay.all, async () => {
    const posted = await send(relay);
    return {
      posted,
      redis: await redis.info('used_memory'),
      all: await untilDelivered(sink, events * endpoints),
    };
  });
  const [ingest, worker] = await Promise.all(relay.all.map(residentOf));
  await stopAll();
  await relay.cleanUp();
  const { posted, redis: bytes, all } = run.result;
  return {
    figure,
    ...{ 'acks/s': Math.round(posted.rate), 'ack p95 ms': rounded(posted.p95) },
    'all delivered after s': rounded(run.seconds),
    'CPU µs/delivery': us(run.cpu, events * endpoints),
    'Redis MiB at the last ack': mib(bytes),
    ...{ 'ingest, worker RSS MiB': `${ingest}, ${worker}`, duplicates: all.count - all.unique },
  };
}

/** Events within 10 s to 50 endpoints; one large event to 100. */
export async function flood({ flood: events, megabytes, setups }) {
  const flooding = ({ ingest }) => post(ingest, events, 128, 'keep', Math.ceil(events / 10));
  const large = ({ ingest }) => post(ingest, 1, 1, 'keep', 0, megabytes * 1_000_000);
  const rows = [await delivered(`${events} events in 10 s, 50 endpoints`, 50, flooding, events)];
  if (setups > 1) rows.push(await delivered(`one of ${megabytes} MB, 100 endpoints`, 100, large, 1));
  return rows;
}

/** So many deliveries that wait: start, pages, memory. */
export async function waiting({ waiting: count }) {
  const settings = {
    notifications: { endpoints: endpointsOf(10, 'http://127.0.0.1:9', { paused: true }) },
    redis: { maxmemory: '4GiB' },
  };
  const first = await startLongshore(settings, ['ingest']);
  await post(first.ingest, Math.ceil(count / 10), 64, 'keep');
  await stopAll();
  const started = performance.now();
  const relay = await startLongshore({ ...settings, datadir: first.folder });
  const row = { figure: `${count} waiting`, 'start s': rounded((performance.now() - started) / 1_000) };
  for (const path of ['/', '/endpoints/endpoint-0', '/api/v1/endpoints']) {
    const asked = performance.now();
    const { status } = await fetch(`${relay.dashboard}${path}`);
    if (status !== 200) throw new Error(`${path} was answered ${status}`);
    row[`${path} ms`] = Math.round(performance.now() - asked);
  }
  row['RSS MiB'] = await residentOf(relay);
  row['Redis MiB'] = mib(await (await redisOf(relay)).info('used_memory'));
  await stopAll();
  await first.cleanUp();
  return [row];
}

/** Some minutes at a steady rate. Memory of the last tenth against the second. */
export async function soak({ minutes, rate }) {
  const sink = await startSink();
  const relay = await startRelay(endpointsOf(10, sink.url), 1);
  const redis = await redisOf(relay);
  const events = Math.ceil(minutes * 60 * rate);
  const samples = [];
  let isOver = false;
  const sampling = (async () => {
    while (!isOver) {
      const all = await Promise.all(relay.all.map(residentOf));
      samples.push([...all, mib(await redis.info('used_memory'))]);
      await pause((minutes * 60_000) / 100);
    }
  })();
  await post(relay.ingest, events, 64, 'keep', rate);
  const { count, unique, p95 } = await untilDelivered(sink, events * 10);
  isOver = true;
  await sampling;
  await stopAll();
  await relay.cleanUp();
  const mean = (from, to, n) => {
    const part = samples.slice(Math.floor(samples.length * from), Math.ceil(samples.length * to));
    return Math.round(part.reduce((sum, one) => sum + one[n], 0) / part.length);
  };
  const memory = ['ingest', 'worker', 'Redis'].map((name, n) => [
    `${name} MiB`,
    `${mean(0.1, 0.2, n)} → ${mean(0.9, 1, n)}`,
  ]);
  const figure = `${minutes} min at ${rate} events/s, 10 endpoints`;
  return [{ figure, ...Object.fromEntries(memory), 'p95 ms': p95, duplicates: count - unique }];
}
