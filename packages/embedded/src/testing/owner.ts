/** An owner of an embedded server in a process of its own, to be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { SystemUser } from '../watched-process.js';

/** A Node process that owns an embedded server. */
export interface Owner {
  process: ChildProcess;
  server: { pid?: number; socket: string; owned: boolean };
  /** SIGKILL, and waits until the process is gone. */
  killHard(): Promise<void>;
}

/** What the process runs. */
export interface OwnerOptions {
  kind: 'redis' | 'postgres';
  /** JavaScript of the options beside `datadir`. */
  options?: string;
  /** Module code that follows the start; `server` is the started one. */
  then?: string;
  /** Who runs it. */
  user?: SystemUser;
}

const STARTS = { redis: 'startEmbeddedRedis', postgres: 'startEmbeddedPostgres' };

/** Resolves when the process has printed that its server answers. */
export async function startOwner(datadir: string, { kind, options = '', then = '', user }: OwnerOptions) {
  const child = spawnOwner(datadir, { kind, options, then, user });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the owner ended before its server answered, with code ${code}; see its output above`);
  });
  ended.catch(() => {});
  if (!child.stdout) throw new Error('no output');
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), ended]);
  const owner: Owner = {
    process: child,
    server: JSON.parse(String(line)),
    killHard: () => killHard(child),
  };
  return owner;
}

/** Begins to start a server, and does not wait. It is killed when the test ends. */
export function spawnOwner(
  datadir: string,
  { kind, options = '', then = '', user }: OwnerOptions,
): ChildProcess {
  const built = fileURLToPath(new URL(`../../dist/${kind}/index.js`, import.meta.url));
  const code = `
    import { spawn } from 'node:child_process';
    import { ${STARTS[kind]} as start } from ${JSON.stringify(built)};
    const server = await start({ datadir: process.argv[1], ${options} });
    ${then}
    console.log(JSON.stringify({ pid: server.pid, socket: server.socket, owned: server.owned }));
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, datadir], {
    ...user,
    detached: true,
    cwd: '/',
    env: { ...process.env, TMPDIR: datadir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => killHard(child));
  return child;
}

async function killHard(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
