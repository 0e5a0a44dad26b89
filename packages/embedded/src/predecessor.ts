/**
 * Shuts down a server left over from a previous owner, before a new one opens the same data.
 *
 * It may still be flushing (its owner was just killed), or have no owner (its watchdog was killed too). It is asked to
 * end, and after 10 s gets SIGKILL, but only if pid, start time and working folder identify it as that server.
 */
import { readlink, realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LongshoreError } from '@longshore/event';
import { readNote, removeSocketFolder } from './folder.js';
import type { ServerKind, ServerNote } from './kind.js';
import { isAlive } from './process-identity.js';

const END_TIMEOUT_MS = 10_000;
const POLL_INTERVAL_MS = 20;

/** Resolves once no server of an earlier owner is left at `dir`. The caller holds the lock. */
export async function endPredecessor(
  kind: ServerKind,
  dir: string,
  onWait?: (reason: string) => void,
  timeout = END_TIMEOUT_MS,
): Promise<void> {
  const note = await readNote(kind, dir);
  if (!note) return;
  if (await isThatServer(note, dir)) {
    onWait?.(`waiting for the previous ${kind.name} (pid ${note.pid}) to flush and end`);
    await kind.end(note);
    if (!(await ends(note, timeout))) await killIt(kind, note, dir);
  }
  await removeSocketFolder(kind, note.socket);
}

async function killIt(kind: ServerKind, note: ServerNote, dir: string): Promise<void> {
  if (await isThatServer(note, dir)) process.kill(note.pid, 'SIGKILL');
  if (await ends(note, END_TIMEOUT_MS)) return;
  const what = `The ${kind.name} of an earlier Longshore (pid ${note.pid}) still uses ${dir} and does not end`;
  throw new LongshoreError('DATADIR_LOCKED', `${what}. End that process, then start again.`);
}

async function ends(note: ServerNote, timeout: number): Promise<boolean> {
  const until = Date.now() + timeout;
  while (await isAlive(note)) {
    if (Date.now() > until) return false;
    await delay(POLL_INTERVAL_MS);
  }
  return true;
}

async function isThatServer(note: ServerNote, dir: string): Promise<boolean> {
  if (!(await isAlive(note))) return false;
  const cwd = await readlink(`/proc/${note.pid}/cwd`).catch(() => undefined);
  const folder = await realpath(dir);
  return cwd === undefined || cwd === folder || cwd.startsWith(`${folder}${sep}`);
}
