/**
 * Response times of the dashboard's pages and API: 100 endpoints with one delivery each, then with 10,000 waiting
 * and 1,000 dead each. The same requests to the same process, so the ratio is the cost of the backlog. The events
 * go through ingest; their deliveries are copied inside Redis to as many as are wanted.
 *
 * `node pages.mjs [WAITING] [DEAD] [ENDPOINTS]`, from the bench folder after `npm start` or a build. Needs about
 * 2 KB of memory for each delivery.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from '@longshore/queue';
import { startLongshore, stopAll } from './processes.mjs';

const [WAITING = 10_000, DEAD = 1_000, ENDPOINTS = 100] = process.argv.slice(2).map(Number);
const EVENTS = 100;
const LOOKS = 20;

/** KEYS wait, failed; ARGV first part of a job's key, how many wait, how many are dead, epoch ms, the last answer. */
const COPY = `
local sample = redis.call('HGETALL', ARGV[1] .. redis.call('LINDEX', KEYS[1], 0))
local function copy(name)
  local id = string.sub(redis.sha1hex(ARGV[1] .. name), 1, 32)
  redis.call('HSET', ARGV[1] .. id, unpack(sample))
  return id
end
for n = redis.call('LLEN', KEYS[1]) + 1, tonumber(ARGV[2]) do redis.call('LPUSH', KEYS[1], copy(n)) end
for n = 1, tonumber(ARGV[3]) do
  local id = copy('dead' .. n)
  local at = string.format('%.0f', tonumber(ARGV[4]) - n * 100)
  redis.call('HSET', ARGV[1] .. id, 'atm', 10, 'finishedOn', at, 'failedReason', 'http_503: busy', 'stacktrace', ARGV[5])
  redis.call('ZADD', KEYS[2], at, id)
end`;

const names = Array.from({ length: ENDPOINTS }, (_, n) => `endpoint-${n}`);
const endpoints = names.map((name) => ({ name, url: 'http://127.0.0.1:9/' }));
// Without a worker nothing of it is delivered.
const relay = await startLongshore({ notifications: { endpoints }, redis: { maxmemory: '8GiB' } }, [
  'ingest',
  'dashboard',
]);

async function post(n) {
  const digest = `sha256:${n.toString(16).padStart(64, '0')}`;
  const target = { mediaType: 'application/vnd.oci.image.manifest.v1+json', size: 708, digest };
  const request = {
    id: `request-${n}`,
    addr: '10.0.0.1',
    host: 'registry.example.com',
    method: 'PUT',
    useragent: 'docker/27.0',
  };
  const event = {
    id: `event-${n}`,
    timestamp: new Date().toISOString(),
    action: 'push',
    target: {
      ...target,
      length: 708,
      repository: `team/app-${n % 10}`,
      url: `http://registry.example.com/v2/team/app/manifests/${digest}`,
      tag: `v${n}`,
    },
    request,
    actor: { name: 'ci' },
    source: { addr: 'registry:5000', instanceID: 'a' },
  };
  const answer = await fetch(`${relay.ingest}/registry/notifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.docker.distribution.events.v2+json' },
    body: JSON.stringify({ events: [event] }),
  });
  if (answer.status !== 202) throw new Error(`ingest answered ${answer.status}: ${await answer.text()}`);
}

async function fill() {
  const socket = (await readFile(join(relay.folder, 'redis', 'socket'), 'utf8')).trim();
  const client = connect({ socket: () => socket }, 'consumer', () => {});
  const now = Date.now();
  const answer = {
    attempt: 10,
    at: new Date(now).toISOString(),
    reason: 'http_503',
    status: 503,
    detail: 'busy',
  };
  for (const name of names) {
    const key = (part) => `longshore:{${name}}:${part}`;
    const stacktrace = JSON.stringify([JSON.stringify(answer)]);
    await client.eval(COPY, 2, key('wait'), key('failed'), key(''), WAITING, DEAD, now, stacktrace);
  }
  client.disconnect();
}

const PATHS = {
  overview: '/',
  'an endpoint': '/endpoints/endpoint-7',
  'its dead': '/endpoints/endpoint-7?state=dead',
  'dead letters': '/dead',
  '… of a reason, of which there is none': '/dead?reason=timeout',
  '… to retry': '/dead/retry',
  '… to retry, of one repository': '/dead/retry?repository=team%2Fapp-1',
  'search: event': '/search?q=event-1',
  'search: repository': '/search?q=team/app-1',
  'search: nothing': '/search?q=no/match',
  'API endpoints': '/api/v1/endpoints',
  'API deliveries': '/api/v1/deliveries?endpoint=endpoint-7&state=waiting&limit=100',
  'API dead': '/api/v1/dead?limit=100',
  'API trace': '/api/v1/trace?q=event-1',
  metrics: `${relay.admin}/metrics`,
};

async function look(path) {
  const times = [];
  for (let n = 0; n <= LOOKS; n++) {
    const started = performance.now();
    const answer = await fetch(new URL(path, relay.dashboard));
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
    // The first one warms up.
    if (n > 0) times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  return { p50: times[LOOKS / 2], max: times.at(-1) };
}

async function lookAtAll() {
  const found = [];
  for (const path of Object.values(PATHS)) found.push(await look(path));
  return found;
}

await post(0);
const few = await lookAtAll();
for (let n = 1; n < EVENTS; n++) await post(n);
await fill();
const many = await lookAtAll();
console.table(
  Object.keys(PATHS).map((words, n) => ({
    page: words,
    'p50 ms, one each': few[n].p50.toFixed(1),
    'p50 ms, all': many[n].p50.toFixed(1),
    'max ms, all': many[n].max.toFixed(1),
    ratio: (many[n].p50 / few[n].p50).toFixed(2),
  })),
);
await stopAll();
await relay.cleanUp();
