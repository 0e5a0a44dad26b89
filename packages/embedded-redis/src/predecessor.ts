/**
 * Sees to it that the Redis of the owner before is gone, before a new one opens the same append-only file.
 *
 * It may still be flushing (its owner was killed a moment ago), or run on with nobody to stop it (its watcher
 * was killed too). Asked to shut down it ends either way; after 10 s it is killed, but only when pid, start
 * time and working folder say that it is that Redis and nothing else.
 */
import { readlink, realpath } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { LongshoreError } from '@longshore/event';
import { type RedisNote, readNote, removeSocketFolder } from './folder.js';
import { isAlive } from './process-identity.js';
import { redisCommand } from './resp.js';

const PATIENCE = 10_000;
const POLL = 20;

/** Resolves once no Redis of an earlier owner is left at `dir`. The caller holds the lock. */
export async function endPredecessor(
  dir: string,
  onWait?: (reason: string) => void,
  patience = PATIENCE,
): Promise<void> {
  const note = await readNote(dir);
  if (!note) return;
  if (await isThatRedis(note, dir)) {
    onWait?.(`waiting for the Redis of the process before (pid ${note.pid}) to write its data and end`);
    await redisCommand(note.socket, ['SHUTDOWN']).catch(() => {}); // its answer is the closed connection
    if (!(await ends(note, patience))) await killIt(note, dir);
  }
  await removeSocketFolder(note.socket);
}

async function killIt(note: RedisNote, dir: string): Promise<void> {
  if (await isThatRedis(note, dir)) process.kill(note.pid, 'SIGKILL');
  if (await ends(note, PATIENCE)) return;
  const what = `The Redis of an earlier Longshore (pid ${note.pid}) still uses ${dir} and does not end`;
  throw new LongshoreError('DATADIR_LOCKED', `${what}. End that process, then start again.`);
}

async function ends(note: RedisNote, patience: number): Promise<boolean> {
  const until = Date.now() + patience;
  while (await isAlive(note)) {
    if (Date.now() > until) return false;
    await delay(POLL);
  }
  return true;
}

async function isThatRedis(note: RedisNote, dir: string): Promise<boolean> {
  if (!(await isAlive(note))) return false;
  const cwd = await readlink(`/proc/${note.pid}/cwd`).catch(() => undefined);
  return cwd === undefined || cwd === (await realpath(dir));
}
