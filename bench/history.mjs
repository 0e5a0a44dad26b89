/**
 * How long a search in the history takes: EVENTS events with one attempt each, and a full quarantine. By event id,
 * repository, repository:tag and digest, each an old, a middle and a new one; and for what is nowhere.
 *
 * `node history.mjs [EVENTS]`, from the bench folder after a build. Milliseconds: median and slowest, and the
 * CPU time of the search and of Redis, which other load on the machine does not change.
 */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from '@longshore/queue';
import { createInspector } from '@longshore/queue/operator';
import { createQuarantine } from '@longshore/queue/quarantine';
import { createTracer, createTrail } from '@longshore/queue/trail';
import { deliveryId } from '../packages/event/dist/index.js';

const EVENTS = Number(process.argv[2] ?? 250_000);
const ENDPOINTS = 1_000;
const UNREADABLE = 1_000;
const UNREADABLE_BYTES = 60 * 1024;
const ROUNDS = 5;
const REPOSITORIES = 1_000;
const SOURCE = 'distribution';
/** Without configured sources there is one for each kind. */
const SOURCES = [SOURCE, ...Array.from({ length: 15 }, (_, n) => `kind-${n}`)];

const digestOf = (n) => `sha256:${createHash('sha256').update(String(n)).digest('hex')}`;
const repositoryOf = (n) => `team-${n % 50}/app-${n % REPOSITORIES}`;
const idOf = (n) => `0000-event-${n}`;

const folder = mkdtempSync(join(tmpdir(), 'longshore-bench-'));
const socket = join(folder, 'redis.sock');
const options = ['--port', '0', '--unixsocket', socket, '--dir', folder, '--save', ''];
const redis = spawn('redis-server', options, { stdio: 'ignore' });
const client = connect({ socket: () => socket }, 'producer', () => {});
await new Promise((resolve) => client.once('ready', resolve));
const prefix = 'bench';
const memory = async () => Number(/used_memory:(\d+)/.exec(await client.info('memory'))[1]);
const names = Array.from({ length: ENDPOINTS }, (_, n) => `endpoint-${n}`);
await createInspector(client, prefix).remember(names);

const before = await memory();
let dropped = 0;
const trail = createTrail({
  client,
  prefix,
  limits: () => ({ age: 86_400_000, count: 1e7, bytes: 2 ** 40 }),
  onDrop: (count) => {
    dropped += count;
  },
});
for (let n = 0; n < EVENTS; n++) {
  const at = Date.now();
  const [eventId, endpoint] = [idOf(n), names[n % ENDPOINTS]];
  const view = { action: 'push', repository: repositoryOf(n), tag: `1.${n}`, digest: digestOf(n) };
  const id = deliveryId({ endpoint, source: SOURCE, eventId });
  const planned = [{ endpoint, deliveryId: id }];
  const of = { at, source: SOURCE, eventId };
  trail.note({ step: 'received', ...of, kind: SOURCE, nativeType: 'push', view, planned, ignored: [] });
  const attempt = { attempt: 1, outcome: 'delivered', status: 200, reason: 'http_200', ms: 12 };
  trail.note({ step: 'attempted', ...of, endpoint, deliveryId: id, ...attempt });
  // As fast as a busy relay takes them in.
  if (n % 200 === 0) await pause(20);
}
await trail.close();
const used = (await memory()) - before;

const quarantine = createQuarantine(client, prefix);
for (let n = 0; n < UNREADABLE; n++) {
  const from = { source: 's', kind: 'k', reason: 'r', path: '/', headers: {} };
  const body = randomBytes(UNREADABLE_BYTES * 0.75).toString('base64');
  await quarantine.put({ ...from, receivedAt: n, body: Buffer.from(body) });
}

const history = createTracer({ client, prefix, sources: () => SOURCES });
const places = [3, Math.floor(EVENTS / 2), EVENTS - 5];
const SEARCHES = {
  'event id': places.map(idOf),
  repository: places.map(repositoryOf),
  'repository:tag': places.map((n) => `${repositoryOf(n)}:1.${n}`),
  digest: places.map(digestOf),
  'short digest': places.map((n) => digestOf(n).slice(7, 19)),
};
const UNKNOWN = ['no-such-event', 'no/such-repository', 'no/such:tag', digestOf('x'), 'a'.repeat(32)];
const redisSeconds = (text) =>
  [...text.matchAll(/used_cpu_(?:user|sys):([\d.]+)/g)].map(([, n]) => Number(n));
/** CPU time of this process and of Redis so far, which other load on the machine does not change. */
async function cpuMs() {
  const { user, system } = process.cpuUsage();
  const redisMs = redisSeconds(await client.info('cpu')).reduce((sum, each) => sum + each * 1_000, 0);
  return (user + system) / 1_000 + redisMs;
}
const rows = [];
const measure = async (what, searches, found) => {
  const times = [];
  const cpu = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const search of searches) {
      const [started, before] = [performance.now(), await cpuMs()];
      const { trails } = await history.find({ search });
      times.push(performance.now() - started);
      cpu.push((await cpuMs()) - before);
      if (trails.length > 0 !== found) throw new Error(`${search}: ${trails.length} found`);
    }
  }
  const sorted = (list) => list.toSorted((a, b) => a - b);
  const [time, work] = [sorted(times), sorted(cpu)];
  const middle = times.length >> 1;
  const ms = [time[middle], time.at(-1), work[middle], work.at(-1)].map(Math.round);
  rows.push({ what, median: ms[0], slowest: ms[1], 'CPU median': ms[2], 'CPU most': ms[3] });
};
for (const [what, searches] of Object.entries(SEARCHES)) await measure(what, searches, true);
await measure('unknown', UNKNOWN, false);
console.table(rows);
console.log(`${EVENTS} events, ${dropped} entries dropped, ${Math.round(used / EVENTS)} bytes an event`);
client.disconnect();
redis.kill();
rmSync(folder, { recursive: true, force: true });
