/**
 * How the program is run and how it is ended.
 *
 * A commit is on the disk before it is answered. It has no TCP port, and its socket is in a folder of mode 0700.
 */
import { readFile, readlink, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Advice } from '../await-ready.js';
import type { WatchedProcess } from '../watched-process.js';

/** Arguments of `postgres`. @param folder of the socket */
export function serverArguments(data: string, folder: string): string[] {
  const settings: Record<string, string> = {
    listen_addresses: '',
    unix_socket_directories: folder,
    unix_socket_permissions: '0700',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    shared_buffers: '128MB',
    max_wal_size: '1GB',
    max_connections: '50',
    // Queries are short: compiling one takes longer than it does.
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    log_destination: 'stderr',
    logging_collector: 'off',
  };
  return ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/**
 * The fast shutdown ends connections and writes everything. One that takes longer than `timeout` ms is stopped without
 * that, and at last killed: the next start recovers from its log.
 */
export async function endServer(postgres: WatchedProcess, timeout = 10_000): Promise<void> {
  postgres.kill('SIGINT');
  const timers = [
    setTimeout(() => postgres.kill('SIGQUIT'), timeout),
    setTimeout(() => postgres.kill('SIGKILL'), 2 * timeout),
  ];
  await postgres.exited;
  for (const timer of timers) clearTimeout(timer);
}

/**
 * Removes the lock file of a PostgreSQL that was killed. It names a pid, and after a restart of a container another
 * program may have that one, which PostgreSQL would take for its own predecessor. The caller holds our own lock.
 */
export async function removeStaleLock(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10);
  if (!pid) return;
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  if (cwd !== (await realpath(data))) await rm(file, { force: true });
}

/** Did it end because backends of a killed one are not gone yet? They end by themselves. */
export const isStillInUse = (output: string): boolean =>
  output.includes('pre-existing shared memory block') && output.includes('is still in use');

/** Lines of its log that are worth a warning: `2026-11-30 03:00:00.000 UTC [12] PANIC:  could not write …`. */
export function warningsIn(output: string): string[] {
  return output
    .split('\n')
    .filter((line) => /\] (?:WARNING|FATAL|PANIC): /.test(line) && !EXPECTED.test(line));
}

/** A client that comes while it starts or stops. */
const EXPECTED =
  /\] FATAL: {2}(?:the database system is|terminating connection due to administrator command)/;

/** What its output means, and the next step. */
export const ADVICE: Advice = [
  [/No space left on device/, 'The disk is full: free some space, or set datadir to another disk.'],
  [/Permission denied/, 'Give the user that runs PostgreSQL the right to write in datadir/postgres (chown).'],
  [/Read-only file system/, 'The file system is read-only: set datadir to a writable one.'],
  [
    /could not look up effective user ID/,
    'This user has no entry in /etc/passwd, which PostgreSQL needs: add one, or set archive.url to your own PostgreSQL.',
  ],
  [
    /could not locate a valid checkpoint record|invalid primary checkpoint record/,
    'Its log is damaged: restore a backup.',
  ],
  [/could not map anonymous shared memory|Cannot allocate memory/, 'There is too little memory.'],
];
