/** What the tests of the embedded Redis share: one in this process, and an owner in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { EmbeddedRedis, EmbeddedRedisOptions } from '../redis/port.js';
import { startEmbeddedRedis } from '../redis/start.js';

const MAXMEMORY = 64 * 1024 * 1024;

/** Starts in this process; stopped when the test ends. */
export async function start(
  datadir: string,
  options: Partial<EmbeddedRedisOptions> = {},
): Promise<EmbeddedRedis> {
  const redis = await startEmbeddedRedis({ datadir, maxmemory: MAXMEMORY, ...options });
  onTestFinished(() => redis.stop());
  return redis;
}

/** A Node process that owns an embedded Redis. */
export interface Owner {
  process: ChildProcess;
  redis: { pid?: number; socket: string; owned: boolean };
  /** SIGKILL, and waits until the process is gone. */
  killHard(): Promise<void>;
}

/** Starts a Redis in a child process, which then runs `then` (module code; `redis` is the started one). */
export async function startOwner(datadir: string, then = ''): Promise<Owner> {
  const built = fileURLToPath(new URL('../../dist/redis/index.js', import.meta.url));
  const code = `
    import { spawn } from 'node:child_process';
    import { startEmbeddedRedis } from ${JSON.stringify(built)};
    const redis = await startEmbeddedRedis({ datadir: process.argv[1], maxmemory: ${MAXMEMORY} });
    ${then}
    console.log(JSON.stringify({ pid: redis.pid, socket: redis.socket, owned: redis.owned }));
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, datadir], {
    detached: true,
    env: { ...process.env, TMPDIR: datadir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const killHard = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  onTestFinished(killHard);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the owner ended before its Redis answered, with code ${code}; see its output above`);
  });
  ended.catch(() => {});
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), ended]);
  return { process: child, redis: JSON.parse(String(line)), killHard };
}
