/**
 * The spool beside direct ingest, in the same run and by turns: how fast requests are acknowledged while Redis is
 * stopped, and how fast they are drained afterwards, alone and while as many come in as ingest takes.
 * One endpoint, paused, so that ingest is measured and not delivery; everything shares the machine's cores.
 *
 * `node spool.mjs [COUNT]`, from the bench folder after `npm start` or a build.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { load, startLongshore, stopAll } from './processes.mjs';

const COUNT = Number(process.argv[2] ?? 3_000);
const CONNECTIONS = 64;
const ROUNDS = 5;
const POLL_INTERVAL_MS = 20;

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

const PORT = 26_379;
const folder = await mkdtemp(join(tmpdir(), 'longshore-bench-'));
let server;
const startRedis = () => {
  const args = ['--port', PORT, '--dir', folder, '--appendonly', 'yes', '--save', ''].map(String);
  server = spawn('redis-server', args, { stdio: 'ignore' });
};
const stopRedis = async () => {
  server.kill('SIGKILL');
  await once(server, 'exit');
};

startRedis();
const relay = await startLongshore(
  {
    notifications: { endpoints: [{ name: 'one', url: 'http://127.0.0.1:9/', paused: true }] },
    sources: [{ name: 'eu', kind: 'distribution', spool: 'always' }],
    redis: { url: `redis://127.0.0.1:${PORT}` },
  },
  ['ingest'],
);
const metric = async (name) => {
  const text = await (await fetch(`${relay.admin}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
};
const until = async (name, value) => {
  while ((await metric(name)) !== value) await pause(POLL_INTERVAL_MS);
};
const post = () => load(relay.ingest, COUNT, CONNECTIONS, 'keep');
const spoolSome = async () => {
  await stopRedis();
  await until('longshore_redis_up', 0);
  const { rate } = await post();
  startRedis();
  await until('longshore_redis_up', 1);
  return rate;
};
/** Requests a second from now until the spool is empty. */
const drain = async () => {
  const [held, started] = [await metric('longshore_spool_requests'), performance.now()];
  await until('longshore_spool_requests', 0);
  return (held / (performance.now() - started)) * 1_000;
};

await post(); // warm
const rows = [];
for (let round = 0; round < ROUNDS; round++) {
  const direct = (await post()).rate;
  const spooled = await spoolSome();
  const alone = await drain();
  await spoolSome();
  let isOver = false;
  const loading = (async () => {
    const rates = [];
    while (!isOver) rates.push((await post()).rate);
    return median(rates);
  })();
  const beside = await drain();
  isOver = true;
  rows.push({ direct, spooled, alone, beside, load: await loading });
}
const of = (field) => median(rows.map(field));
console.table({
  'acknowledged by Redis/s': { rate: Math.round(of(({ direct }) => direct)), ratio: '' },
  'acknowledged by the spool/s': {
    rate: Math.round(of(({ spooled }) => spooled)),
    ratio: of(({ direct, spooled }) => spooled / direct).toFixed(2),
  },
  'drained/s, alone': {
    rate: Math.round(of(({ alone }) => alone)),
    ratio: of(({ direct, alone }) => alone / direct).toFixed(2),
  },
  'drained/s, under load': {
    rate: Math.round(of(({ beside }) => beside)),
    ratio: of(({ direct, beside }) => beside / direct).toFixed(2),
  },
  'taken directly/s meanwhile': {
    rate: Math.round(of((row) => row.load)),
    ratio: of((row) => row.load / row.direct).toFixed(2),
  },
});
await stopAll();
await stopRedis();
await relay.cleanUp();
await rm(folder, { recursive: true, force: true });
