/** Starts the processes of a measurement and ends them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
/** Measured as it is built; `npm test`, which does not look at the figures, has a bundle of it. */
const LONGSHORE = process.env.TESTED_COMMAND ?? here('../apps/longshore/bin/longshore.js');
const running = [];

/** Resolves with the process's `ready` line. */
export async function start(script, args = []) {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(child);
  for await (const line of createInterface({ input: child.stdout })) {
    const record = line.startsWith('{') ? JSON.parse(line) : {};
    if (record.msg !== 'ready') continue;
    child.stdout.resume();
    return { ...record, child };
  }
  throw new Error(`${script} ended before it was ready`);
}

export const startBare = () => start(here('bare.mjs'));
/** `answer`: see `sink.mjs` */
export const startSink = async (answer = 'ok') => {
  const sink = await start(here('sink.mjs'), [answer]);
  const state = async (method) => (await fetch(`${sink.url}/~state`, { method })).json();
  return { ...sink, state: () => state('GET'), forget: () => state('POST') };
};

/** `settings`: YAML or JSON below `version`, without listeners. With the `datadir` of another one it shares its Redis. */
export async function startLongshore(settings, roles = []) {
  const folder = settings.datadir ?? (await mkdtemp(join(tmpdir(), 'longshore-bench-')));
  const free = { listen: '127.0.0.1:0' };
  const config = { version: 0.1, ingest: free, dashboard: free, admin: free, datadir: folder, ...settings };
  const file = join(folder, `longshore-${roles.join('-')}.yml`);
  await writeFile(file, JSON.stringify(config));
  const relay = await start(LONGSHORE, [
    'run',
    '--config',
    file,
    ...roles.flatMap((role) => ['--role', role]),
  ]);
  return { ...relay, folder, cleanUp: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Seconds of CPU that a process and all below it have used; Linux only. */
export async function cpuOf(pid) {
  const { ours, redis } = await cpuBy(pid);
  return ours + redis;
}

/** The same, with that of its Redis apart. */
export async function cpuBy(pid) {
  const all = new Map();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => undefined);
    if (stat === undefined) continue;
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    all.set(Number(name), {
      parent: fields[1],
      seconds: (fields[11] + fields[12]) / 100,
      resident: fields[21] * 4_096,
      isRedis: stat.includes('(redis-server)'),
    });
  }
  const isBelow = (one) => one === pid || (all.has(one) && isBelow(all.get(one).parent));
  const sum = { ours: 0, redis: 0, resident: 0 };
  for (const [one, { seconds, resident, isRedis }] of all) {
    if (!isBelow(one)) continue;
    sum[isRedis ? 'redis' : 'ours'] += seconds;
    sum.resident += isRedis ? 0 : resident;
  }
  return sum;
}

/** Runs the driver to its end; see `driver.mjs`. */
export async function load(url, count, concurrency, connections, rate = 0, extra = 0) {
  const args = [here('driver.mjs'), url, count, concurrency, connections, rate, extra].map(String);
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  await once(child, 'exit');
  return JSON.parse(text);
}

export async function stopAll() {
  const children = running.splice(0).filter((child) => child.exitCode === null);
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(children.map((child) => once(child, 'exit')));
}
