/**
 * Shuts down a Redis left over from a previous owner, before a new one opens the same append-only file.
 *
 * It may still be flushing (its owner was just killed), or have no owner (its watchdog was killed too). It gets
 * SHUTDOWN, and after 10 s SIGKILL, but only if pid, start time and working folder identify it as that Redis.
 */
import { readlink, realpath } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { LongshoreError } from '@longshore/event';
import { isAlive } from '../process-identity.js';
import { type RedisNote, readNote, removeSocketFolder } from './folder.js';
import { redisCommand } from './resp.js';

const END_TIMEOUT_MS = 10_000;
const POLL_INTERVAL_MS = 20;

/** Resolves once no Redis of an earlier owner is left at `dir`. The caller holds the lock. */
export async function endPredecessor(
  dir: string,
  onWait?: (reason: string) => void,
  timeout = END_TIMEOUT_MS,
): Promise<void> {
  const note = await readNote(dir);
  if (!note) return;
  if (await isThatRedis(note, dir)) {
    onWait?.(`waiting for the previous Redis (pid ${note.pid}) to flush and end`);
    await redisCommand(note.socket, ['SHUTDOWN']).catch(() => {}); // its answer is the closed connection
    if (!(await ends(note, timeout))) await killIt(note, dir);
  }
  await removeSocketFolder(note.socket);
}

async function killIt(note: RedisNote, dir: string): Promise<void> {
  if (await isThatRedis(note, dir)) process.kill(note.pid, 'SIGKILL');
  if (await ends(note, END_TIMEOUT_MS)) return;
  const what = `The Redis of an earlier Longshore (pid ${note.pid}) still uses ${dir} and does not end`;
  throw new LongshoreError('DATADIR_LOCKED', `${what}. End that process, then start again.`);
}

async function ends(note: RedisNote, timeout: number): Promise<boolean> {
  const until = Date.now() + timeout;
  while (await isAlive(note)) {
    if (Date.now() > until) return false;
    await delay(POLL_INTERVAL_MS);
  }
  return true;
}

async function isThatRedis(note: RedisNote, dir: string): Promise<boolean> {
  if (!(await isAlive(note))) return false;
  const cwd = await readlink(`/proc/${note.pid}/cwd`).catch(() => undefined);
  return cwd === undefined || cwd === (await realpath(dir));
}
