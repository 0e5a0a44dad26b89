/**
 * How the program is run and when it counts as started.
 *
 * Redis writes before it answers, and `sync.ts` syncs the file to disk once a second (a power failure loses one or two
 * seconds, a crash of Redis nothing). Nothing is evicted, and only this user can reach it: no TCP port, a socket of mode
 * 0700.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { LongshoreError } from '@longshore/event';
import type { ProcessExit, WatchedProcess } from '../watched-process.js';
import { isNewEnough, tooOld } from './locate.js';
import { probe, redisCommand } from './resp.js';

const POLL_INTERVAL_MS = 20;
/** Longest time without progress of a Redis that neither answers nor ends. */
const START_TIMEOUT_MS = 600_000;
const LINES = 12;

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

/** Resolves when it serves. Throws `REDIS_START_FAILED` when it ends, or is silent for ten minutes. */
export async function awaitReady(
  redis: WatchedProcess,
  socket: string,
  program: string,
  onWait?: (reason: string) => void,
): Promise<void> {
  let exit: ProcessExit | undefined;
  void redis.exited.then((ended) => {
    exit = ended;
  });
  let reported = false;
  let until = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const state = await probe(socket);
    if (exit)
      throw startFailed(`${program} ended (${exit.signal ?? exit.code ?? 'not started'})`, exit.output);
    if (state === 'ready') return;
    if (state === 'loading') {
      until = Date.now() + START_TIMEOUT_MS;
      if (!reported) onWait?.('waiting for Redis to read its data back');
      reported = true;
    }
    if (Date.now() > until) throw startFailed(`${program} does not answer`, redis.output());
    await delay(POLL_INTERVAL_MS);
  }
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

function startFailed(what: string, output: string): LongshoreError {
  const row = advice.find(([pattern]) => pattern.test(output));
  const lines = output.split('\n').slice(-LINES).join('\n');
  const next = row ? `${row[1]} ` : '';
  return new LongshoreError('REDIS_START_FAILED', `${what}. ${next}Its last output:\n${lines || '(none)'}`);
}

const advice: readonly (readonly [pattern: RegExp, next: string])[] = [
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
