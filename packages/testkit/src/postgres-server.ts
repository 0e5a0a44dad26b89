/** The processes of a PostgreSQL of a test: the postmaster and its backends. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type WatchedProcess, watchedProcess } from '@longshore/embedded';
import { probe, serverUser } from '@longshore/embedded/postgres';
import { eventually } from './eventually.js';

/** Runs a postmaster on `data` and waits until it answers in `folder`; rejects with its output when it ends. */
export async function launchPostgres(
  bin: string,
  data: string,
  folder: string,
  settings: Record<string, string>,
): Promise<WatchedProcess> {
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = watchedProcess(join(bin, 'postgres'), ['-D', data, ...args], {
    cwd: folder,
    user: await serverUser(),
    endSignal: 'SIGINT',
  });
  server.start();
  const ended = server.exited.then(({ output }) => {
    throw new Error(`postgres ended:\n${output}`);
  });
  ended.catch(() => {});
  const state = () => probe(folder);
  const answers = eventually(state, (now) => now === 'ready', { what: 'an answer of PostgreSQL' });
  await Promise.race([answers, ended]);
  return server;
}

/** Ends a postmaster, paused or not, and waits until its backends are gone too. */
export async function endPostgres(server: WatchedProcess, signal: NodeJS.Signals): Promise<void> {
  const backends = await backendsOf(server.pid);
  server.kill(signal);
  for (const pid of [server.pid, ...backends]) signalTo(pid, 'SIGCONT');
  await server.exited;
  for (const pid of backends) {
    await eventually(
      () => stateOf(pid),
      (state) => state === 'Z',
      { what: 'the end of a backend' },
    );
  }
}

/** Stops the postmaster first, so that it makes no new backend, then the backends; resolves when all stand still. */
export async function pausePostgres(server: WatchedProcess): Promise<void> {
  await pause(server.pid);
  await Promise.all((await backendsOf(server.pid)).map(pause));
}

/** Lets all of them run again. */
export async function resumePostgres(server: WatchedProcess): Promise<void> {
  for (const pid of [server.pid, ...(await backendsOf(server.pid))]) signalTo(pid, 'SIGCONT');
}

async function pause(pid: number): Promise<void> {
  signalTo(pid, 'SIGSTOP');
  await eventually(
    () => stateOf(pid),
    (state) => 'TZ'.includes(state),
    { what: 'a paused process' },
  );
}

async function backendsOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.trim().split(' ').filter(Boolean).map(Number);
}

/** One letter of proc(5). A process that is gone has that of a zombie: a container may have nothing that buries it. */
async function stateOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
  return stat.slice(stat.lastIndexOf(')') + 2)[0] ?? 'Z';
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended a moment ago.
  }
}
