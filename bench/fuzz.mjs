/**
 * Sends malformed requests of every format to a running relay and checks it: no 5xx, a response within 5 s (`--limit`), no crash,
 * bounded memory (its peak too) and quarantine, and a valid event that is delivered at the end.
 *
 * `node fuzz.mjs [--minutes 10] [--seed N] [--concurrency 16] [--limit 5]`, from the bench folder after a build. Exits 1 and
 * names the requests on failure; `--seed N --only M` sends request M again. Reads memory from /proc.
 */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { exchange } from './fuzz/exchange.mjs';
import { lookInto, memoryOf } from './fuzz/relay.mjs';
import { bombOf, MAX_IN_FLIGHT, readSamples, requestOf } from './fuzz/request.mjs';
import { startLongshore, startSink, stopAll } from './processes.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
    only: { type: 'string' },
    concurrency: { type: 'string', default: '16' },
    limit: { type: 'string', default: '5' },
  },
});
const seed = Number(values.seed);
/** ms in which each request is answered. */
const limit = Number(values.limit) * 1_000;
const total = Number(values.minutes) * 60_000;
const ROUND = Math.min(60_000, total / 3);
/** Heap that V8 keeps after a peak, in addition to live data. */
const GROWTH = 96 * 1024 * 1024;
/** In addition to the bodies in flight: parsed strings and values, and garbage. */
const PEAK = 512 * 1024 * 1024;
/** Bombs at once, at the start of each round. */
const SALVO = 24;
/** As documented in docs/guarantees.md. */
const MOST_QUARANTINED = 1_000;

const samples = readSamples();
const receiver = await startSink();
const url = receiver.url;
const relay = await startLongshore({
  notifications: {
    endpoints: [
      { name: 'all', url, accept: ['event', 'other'] },
      { name: 'once', url, collapse: '1s' },
    ],
  },
  sources: [...new Set(samples.map(({ kind }) => kind))].map((kind) => ({ name: kind, kind })),
  ingest: { listen: '127.0.0.1:0' },
  retention: { delivered: { count: 100 } },
});
const port = Number(new URL(relay.ingest).port);
const store = await lookInto(relay.folder);
const faults = [];
const fault = (text) => faults.push(text);
let crashed = false;
relay.child.once('exit', (code, signal) => {
  crashed = true;
  fault(`the relay ended by itself (${signal ?? code})`);
});

const statuses = new Map();
let sent = 0;
let slowest = { ms: 0 };

async function send(number) {
  await judge(number, requestOf(samples, seed, number));
}

async function judge(number, request) {
  const { status, missing, ms } = await exchange(port, limit, request);
  sent++;
  if (ms > slowest.ms) slowest = { ms, number, what: request.what };
  statuses.set(status ?? missing, (statuses.get(status ?? missing) ?? 0) + 1);
  // A salvo tests memory; each of its bombs waits for the others.
  const isLate = !request.isSalvo && (missing === 'late' || ms > limit);
  const isLost = status === undefined && !request.broken && !request.isSalvo;
  // As documented: the bodies in flight have their limit.
  const isBusy = status === 503 && request.what.includes('bomb');
  if (isLate || isLost || (status >= 500 && !isBusy)) {
    fault(`request ${number}: ${status ?? missing} after ${Math.round(ms)} ms: ${request.what}`);
  }
}

let number = 0;
async function round(ms) {
  await Promise.all(Array.from({ length: SALVO }, (_, bomb) => judge(`salvo ${bomb}`, bombOf(bomb))));
  const end = Date.now() + ms;
  const sender = async () => {
    while (Date.now() < end && !crashed && faults.length < 20) await send(number++);
  };
  await Promise.all(Array.from({ length: Number(values.concurrency) }, sender));
}

/** Waits until everything is delivered, and a moment more for garbage collection. */
async function settle() {
  const end = Date.now() + 60_000;
  const rest = async () => (await store.pending('all')) + (await store.pending('once'));
  while (!crashed && (await rest()) > 0 && Date.now() < end) await pause(100);
  if (!crashed && (await rest()) > 0) fault('deliveries are left over a minute after the last request');
  await pause(3_000);
}
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const mib = (bytes) => Math.round(bytes / 1024 / 1024);

async function takesAGoodEvent() {
  const event = { id: randomUUID(), action: 'push', target: { repository: 'acme/app', tag: '1.0' } };
  const headers = { 'content-type': 'application/vnd.docker.distribution.events.v2+json' };
  const body = JSON.stringify({ events: [event] });
  const answer = await fetch(`${relay.ingest}/registry/notifications`, { method: 'POST', headers, body });
  const counts = await answer.json();
  if (counts.enqueued !== 2) fault(`a good event is answered ${answer.status} ${JSON.stringify(counts)}`);
}

const memory = [];
if (values.only === undefined) {
  const started = Date.now();
  while (Date.now() - started < total && faults.length === 0) {
    await round(ROUND);
    await settle();
    if (crashed) break;
    const { held, peak } = await memoryOf(relay.child.pid);
    memory.push(held);
    const memoryUse = `${mib(held)} MiB, at most ${mib(peak)} MiB`;
    console.log(`${sent} requests, ${memoryUse}, ${await store.quarantined()} in quarantine`);
    if (peak > MAX_IN_FLIGHT + PEAK) fault(`memory went up to ${mib(peak)} MiB`);
  }
} else await send(Number(values.only));

if (!crashed) {
  await takesAGoodEvent();
  await settle();
  const quarantined = await store.quarantined();
  if (quarantined > MOST_QUARANTINED) fault(`quarantine holds ${quarantined} entries`);
  // Memory grows in the first rounds; on a busy machine there may be no more rounds.
  const grown = memory.length > 2 ? memory.at(-1) - memory[1] : 0;
  if (grown > GROWTH) fault(`memory grew by ${mib(grown)} MiB: ${memory.map(mib).join(', ')}`);
  relay.child.removeAllListeners('exit');
}
store.close();
await stopAll();
const { exitCode } = relay.child;
if (exitCode !== 0) fault(`the relay ended with ${exitCode}`);
await relay.cleanUp();

console.table(
  Object.fromEntries([...statuses].sort().map(([status, count]) => [status, { requests: count }])),
);
console.log(`seed ${seed}: ${sent} requests, ${faults.length} faults`);
console.log(`slowest answer ${Math.round(slowest.ms)} ms: request ${slowest.number}, ${slowest.what}`);
for (const text of faults) console.log(`FAULT ${text}`);
process.exitCode = faults.length === 0 ? 0 : 1;
