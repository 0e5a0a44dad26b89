/**
 * The folders of a spool. `new` has whole requests, which any process may take. `work/OWNER` belongs to one process,
 * which writes there and moves there what it drains; its lock tells whether that process lives. `bad` has what
 * cannot be drained. Folders have mode 0700, files 0600.
 *
 * A rename is the only decision, so safety never depends on a lock: a process that is considered dead too early finds
 * its file moved, and its request is at most taken twice, which its ids recognize.
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, mkdir, open, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ignore } from '@longshore/event';

/** A lock that this process holds. */
export interface FolderLock {
  /** False when another process has it by now, or the folder was removed. */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * Takes the lock of a folder; undefined when a living process holds it. May take seconds to know, when the holder is
 * on another machine. Rejects with the system's error.
 */
export type Claim = (folder: string) => Promise<FolderLock | undefined>;

/** A folder with its lock. */
export interface Owned {
  folder: string;
  lock: FolderLock;
}

/** Absolute paths. */
export interface Folders {
  readonly dir: string;
  readonly new: string;
  readonly work: string;
  readonly bad: string;
}

/** What is being written; the name of a request begins otherwise. */
const TEMPORARY = 'tmp.';
const LOCK = /^c?lock\./;

/** @param dir absolute */
export function foldersOf(dir: string): Folders {
  return { dir, new: join(dir, 'new'), work: join(dir, 'work'), bad: join(dir, 'bad') };
}

/** Creates those that are missing. */
export async function makeFolders({ dir, ...folders }: Folders): Promise<void> {
  for (const folder of [dir, ...Object.values(folders)])
    await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(dir, 0o700);
}

/** A new folder for this process. No name is used twice, so no process mistakes the folder of a successor for its own. */
export async function claimOwn(work: string, claim: Claim): Promise<Owned> {
  for (;;) {
    const folder = join(work, randomBytes(6).toString('hex'));
    await mkdir(folder, { mode: 0o700 });
    try {
      const lock = await claim(folder).catch(unlessGone);
      if (lock) return { folder, lock }; // else another process has removed it before it was locked
    } catch (error) {
      await rmdir(folder).catch(ignore('spool.clean'));
      throw error;
    }
  }
}

/** The folders of processes, without this one's. */
export async function ownersIn(work: string, own: string | undefined): Promise<string[]> {
  const names = await readdir(work);
  return names.map((name) => join(work, name)).filter((folder) => folder !== own);
}

/**
 * Removes what was never written to its end, and moves requests back to `new`.
 * @param isInUse stays as it is
 * @returns was there anything?
 */
export async function giveBack(
  from: string,
  to: string,
  isInUse = (_name: string) => false,
): Promise<boolean> {
  const names = (await readdir(from)).filter((name) => !LOCK.test(name));
  const temporary = names.filter((name) => name.startsWith(TEMPORARY));
  // First, since a move may need the space.
  for (const name of temporary.filter((each) => !isInUse(each.slice(TEMPORARY.length))))
    await rm(join(from, name), { force: true });
  for (const name of names.filter((each) => !(each.startsWith(TEMPORARY) || isInUse(each))))
    await rename(join(from, name), join(to, name)).catch(unlessGone);
  if (names.length > 0) await syncFolder(to);
  return names.length > 0;
}

/** Removes the folder unless something else is in it, which is found again later. Never rejects. */
export async function removeOwned({ folder, lock }: Owned): Promise<void> {
  const names = await readdir(folder).catch((): string[] => []);
  const locks = names.filter((name) => LOCK.test(name));
  await Promise.all(locks.map((name) => rm(join(folder, name)))).catch(ignore('spool.clean'));
  await rmdir(folder).catch(ignore('spool.clean'));
  await lock.release().catch(ignore('spool.lock'));
}

/**
 * Makes a whole file appear in `to`, by way of a temporary one in `via`. Rejects with the system's error, and leaves
 * nothing then.
 */
export async function writeWhole(
  place: { via: string; to: string; name: string },
  bytes: Buffer,
  sync: boolean,
): Promise<void> {
  const path = join(place.via, `${TEMPORARY}${place.name}`);
  try {
    await writeFile(path, bytes, { mode: 0o600, flush: sync });
    await rename(path, join(place.to, place.name));
  } catch (error) {
    await rm(path, { force: true }).catch(ignore('spool.clean'));
    throw error;
  }
}

/** Writes a block the way a request is written, and removes it. Rejects with the system's error. */
export async function testWrite(via: string, to: string): Promise<void> {
  // No request has this name, and a kill leaves at most one.
  const name = '.test';
  await writeWhole({ via, to, name }, Buffer.alloc(4_096, '\n'), true);
  await rm(join(to, name), { force: true });
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Names of the requests in `new`. */
export async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => !(name.startsWith('.') || name.startsWith(TEMPORARY) || LOCK.test(name)));
}

/** For `.catch`: another process has moved or removed it. */
export function unlessGone(error: unknown): undefined {
  if (!isGone(error)) throw error;
}

/** Did the system say that there is no such file? */
export const isGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';
