/**
 * A Redis of a test's own: to be restarted, killed and paused. Tests that only need *a* Redis use the shared one
 * (`redisUrl()`), which costs nothing to start.
 */

import { join } from 'node:path';
import { type WatchedProcess, watchedProcess } from '@longshore/embedded';
import { findRedisServer, type RedisReply, redisCommand } from '@longshore/embedded/redis';
import { atTestEnd, removeFolder, temporaryFolder } from './cleanup.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';

/** What the Redis is set up with. */
export interface RedisOptions {
  /** Write an append-only file, so that data survives `kill()` and `restart()`. Default false. */
  appendonly?: boolean;
  /** Bytes, or as Redis writes it (`64mb`). Default: no limit. The policy is noeviction. */
  maxmemory?: number | string;
  /** Listen on a unix socket in place of a TCP port. */
  unix?: boolean;
  /** More settings of redis.conf, by name. */
  settings?: Record<string, string>;
}

/** A Redis that a test may do anything to. */
export interface TestRedis {
  /** `redis://127.0.0.1:PORT`, or the path of the unix socket. The same after a restart. */
  readonly url: string;
  /** TCP port; 0 with `unix`. */
  readonly port: number;
  readonly pid: number;
  /** Sends one command and resolves with the answer. */
  cli(...args: string[]): Promise<RedisReply>;
  /** Ends it (in an orderly way when it still runs) and starts it again at the same address. */
  restart(): Promise<void>;
  /** Ends it and starts it again, reading its append-only file so slowly that it is not done before `finishLoading()`. */
  restartLoading(): Promise<void>;
  finishLoading(): Promise<void>;
  /** SIGKILL; it stays away until `restart()`. */
  kill(): Promise<void>;
  /** SIGSTOP: connections are accepted by the kernel and nothing answers. */
  pause(): void;
  resume(): void;
  /** Ends it for good and removes its folder. Safe to call twice; a test's end calls it. */
  stop(): Promise<void>;
}

/** Starts a Redis for this test and waits until it answers. */
export async function startRedis(options: RedisOptions = {}): Promise<TestRedis> {
  const folder = await temporaryFolder('redis');
  const program = await findRedisServer();
  const port = options.unix ? 0 : await freePort();
  const address = options.unix ? join(folder, 'redis.sock') : port;
  const run = () => launch(program, folder, address, options);

  let server: WatchedProcess;
  try {
    server = await run();
  } catch (error) {
    await removeFolder(folder);
    if (isPortTaken(error)) return startRedis(options);
    throw error;
  }
  const end = async (signal: NodeJS.Signals) => {
    server.kill(signal);
    server.kill('SIGCONT');
    await server.exited;
  };
  const redis: TestRedis = {
    url: typeof address === 'string' ? address : `redis://127.0.0.1:${address}`,
    port,
    get pid() {
      return server.pid;
    },
    cli: (...args) => redisCommand(address, args, { timeout: 10_000 }),
    restart: async () => {
      await end('SIGTERM');
      server = await run();
    },
    restartLoading: async () => {
      await redisCommand(address, ['BGREWRITEAOF']);
      const rewriting = async () => String(await redisCommand(address, ['INFO', 'persistence']));
      // While it reads commands it answers once in a thousand of them; in the rewritten form, after each.
      await eventually(rewriting, (info) =>
        /aof_rewrite_in_progress:0\r\naof_rewrite_scheduled:0/.test(info),
      );
      await end('SIGTERM');
      const slowly = { 'key-load-delay': '100000', 'loading-process-events-interval-bytes': '1024' };
      server = spawn(program, folder, address, { ...options, settings: { ...options.settings, ...slowly } });
      const says = () => redisCommand(address, ['PING']).then(String, String);
      await eventually(says, (said) => said.includes('LOADING'), { what: 'a Redis that loads' });
    },
    finishLoading: async () => {
      await redisCommand(address, ['CONFIG', 'SET', 'key-load-delay', '0'], { timeout: 10_000 });
      await untilItAnswers(server, address);
    },
    kill: () => end('SIGKILL'),
    pause: () => server.kill('SIGSTOP'),
    resume: () => server.kill('SIGCONT'),
    stop: async () => {
      await end('SIGKILL');
      await removeFolder(folder);
    },
  };
  atTestEnd(redis.stop);
  return redis;
}

/** Runs `redis-server` with these settings in `folder` and waits until it answers at `address`. */
export async function launch(
  program: string,
  folder: string,
  address: string | number,
  options: RedisOptions,
): Promise<WatchedProcess> {
  const server = spawn(program, folder, address, options);
  await untilItAnswers(server, address);
  return server;
}

function spawn(
  program: string,
  folder: string,
  address: string | number,
  { appendonly = false, maxmemory = 0, settings = {} }: RedisOptions,
): WatchedProcess {
  const all: Record<string, string> = {
    ...(typeof address === 'string' ? { port: '0', unixsocket: address } : { port: String(address) }),
    bind: '127.0.0.1',
    dir: './',
    appendonly: appendonly ? 'yes' : 'no',
    // With `everysec` it answers before it has written while the disk is busy: `kill()` would lose that.
    appendfsync: 'no',
    save: '',
    maxmemory: String(maxmemory),
    'maxmemory-policy': 'noeviction',
    ...settings,
  };
  const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
  const server = watchedProcess(program, args, { cwd: folder });
  server.start();
  return server;
}

/** Waits until a `redis-server` that was started answers at `address`; rejects with its output when it has ended. */
export async function untilItAnswers(server: WatchedProcess, address: string | number): Promise<void> {
  const ended = server.exited.then(({ output }) => {
    throw new Error(`redis-server ended:\n${output}`);
  });
  // Of this one: another Redis may have taken the port first, which made this one end.
  const answers = eventually(
    async () => {
      await redisCommand(address, ['PING']);
      return String(await redisCommand(address, ['INFO', 'server']));
    },
    (info) => info.includes(`process_id:${server.pid}\r`),
    { what: 'an answer of Redis' },
  );
  await Promise.race([answers, ended]);
  ended.catch(() => {});
}

/** Did `redis-server` end because somebody else took its port first? */
export function isPortTaken(error: unknown): boolean {
  return String(error).includes('Address already in use');
}
