/**
 * How the program is run and how it is ended.
 *
 * Redis writes before it answers, and `sync.ts` syncs the file to disk once a second (a power failure loses one or two
 * seconds, a crash of Redis nothing). Nothing is evicted, and only this user can reach it: no TCP port, a socket of mode
 * 0700.
 */
import type { Advice } from '../await-ready.js';
import type { WatchedProcess } from '../watched-process.js';
import { isNewEnough, tooOld } from './locate.js';
import { redisCommand } from './resp.js';

/** Arguments of `redis-server`, which runs in its data folder. `maxmemory` in bytes. */
export function serverArguments(socket: string, maxmemory: number): string[] {
  const settings: Record<string, string> = {
    port: '0',
    unixsocket: socket,
    unixsocketperm: '700',
    daemonize: 'no',
    dir: './',
    appendonly: 'yes',
    // `sync.ts` does it: `everysec` would answer before it has written while the disk is busy.
    appendfsync: 'no',
    save: '',
    maxmemory: String(maxmemory),
    'maxmemory-policy': 'noeviction',
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

/**
 * SHUTDOWN flushes the append-only file. A Redis that does not end within twice `timeout` ms is killed: its
 * writes are with the kernel, and the next start repairs a truncated tail (`aof-load-truncated`).
 */
export async function endServer(redis: WatchedProcess, socket: string, timeout = 8_000): Promise<void> {
  await redisCommand(socket, ['SHUTDOWN'], { timeout }).catch(() => {});
  redis.kill('SIGTERM');
  const timer = setTimeout(() => redis.kill('SIGKILL'), timeout);
  await redis.exited;
  clearTimeout(timer);
}

/** Throws `REDIS_START_FAILED` when it is too old, whatever its program said. */
export async function refuseOlder(socket: string): Promise<void> {
  const info = String(await redisCommand(socket, ['INFO', 'server']));
  // Valkey tells the version of Redis that it is compatible with here, 7 or newer.
  const version = /^redis_version:(\d+[\d.]*)/m.exec(info)?.[1];
  if (!isNewEnough(version)) throw await tooOld(`the Redis that was started is Redis ${version}`);
}

/** Lines of its log that are warnings: `12345:M 30 Nov 2026 03:00:00.000 # Error writing to the AOF file: …`. */
export function warningsIn(output: string): string[] {
  return output.split('\n').flatMap((line) => line.split(' # ').slice(1, 2));
}

/** What its output means, and the next step. */
export const ADVICE: Advice = [
  [/No space left on device/, 'The disk is full: free some space, or set datadir to another disk.'],
  [/Permission denied/, 'Give the user that runs Longshore the right to write in datadir (chown).'],
  [/Read-only file system/, 'The file system is read-only: set datadir to a writable one.'],
  [
    /Bad file format reading the append only file|Unexpected end of file/,
    'Its file is damaged in the middle: keep a copy, then run redis-check-aof --fix on it.',
  ],
  [/Can't handle RDB format version/, 'The data was written by a newer Redis: install that version.'],
  [/Cannot allocate memory|Out Of Memory/i, 'There is too little memory for the data.'],
];
