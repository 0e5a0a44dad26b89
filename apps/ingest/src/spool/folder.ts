/**
 * The folders of a spool: `1`, `2` … below its `dir`, one for each ingest process, held by a lock. A process takes
 * the first that is free, and with it what a process before it left there; what lies in others that are free it
 * takes over too. Mode 0700.
 *
 * A holder on another machine is only known to be gone after some seconds without its heartbeat. Nobody waits for
 * that: such a folder is taken over later, in the background.
 */
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ignore } from '@longshore/event';
import { holdsSegments } from './segment.js';

/** A folder that this process holds. */
export interface FolderLock {
  /** Resolves when somebody else holds it by now, or it was removed. Never after `release()`. */
  readonly lost: Promise<void>;
  /** Looks now. What was done in the folder before this said true, a later holder finds there. */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * Takes the lock of a folder; undefined when another process holds it.
 * @param onWait called when that takes longer, since the holder is on another machine
 */
export type Claim = (folder: string, onWait: () => void) => Promise<FolderLock | undefined>;

/** A folder with its lock. */
export interface Held {
  folder: string;
  lock: FolderLock;
}

const FOLDER = /^[1-9]\d{0,5}$/;

/** Creates the spool's folder if need be, and holds the first free one in it. Rejects with the system's error. */
export async function holdFirst(dir: string, claim: Claim, onLate: (held: Held) => void): Promise<Held> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await chmod(dir, 0o700);
  for (let n = 1; ; n += 1) {
    const folder = join(dir, String(n));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const held = await holdNow(folder, claim, onLate);
    if (held) return held;
  }
}

/** Holds each other folder that is free and has something in it. Never rejects. */
export async function holdOthers(
  dir: string,
  known: ReadonlySet<string>,
  claim: Claim,
  onLate: (held: Held) => void,
): Promise<Held[]> {
  const names = await readdir(dir).catch((): string[] => []);
  const folders = names.filter((name) => FOLDER.test(name)).map((name) => join(dir, name));
  const held: Held[] = [];
  for (const folder of folders.sort()) {
    if (known.has(folder) || !(await holdsSegments(folder))) continue;
    const one = await holdNow(folder, claim, onLate).catch(ignore('ingest.spool.lock')); // looked for again
    if (one) held.push(one);
  }
  return held;
}

/** Undefined when somebody else has it, or when one has to wait to know; what comes of that is told later. */
async function holdNow(
  folder: string,
  claim: Claim,
  onLate: (held: Held) => void,
): Promise<Held | undefined> {
  let waits = (): void => {};
  const waiting = new Promise<'waiting'>((resolve) => {
    waits = () => resolve('waiting');
  });
  const claiming = claim(folder, waits);
  const first = await Promise.race([claiming, waiting]);
  if (first !== 'waiting') return first && { folder, lock: first };
  claiming.then((lock) => lock && onLate({ folder, lock })).catch(ignore('ingest.spool.lock'));
  return undefined;
}
