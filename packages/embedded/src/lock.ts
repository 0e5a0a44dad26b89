/**
 * One owner per folder, so that two Redis never write one append-only file.
 *
 * The lock is the file `lock.N` with the highest N; it names the holder, or says that it is free. A process
 * that finds it free creates `lock.N+1`, which only one of many can do, and then checks that no higher one exists. The highest file is never removed, so a slow starter cannot win an old number twice.
 *
 * At the holder's own place (see `process-identity.ts`) pid and start time decide at once. From elsewhere (another
 * host, another container) only its heartbeat does: the holder writes the file every 2 s, and after 10 s without
 * it has no lock any more. The times compared are the file system's, so the clocks of two hosts need not agree.
 */
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LongshoreError } from '@longshore/event';
import { identify, isAlive, type ProcessIdentity, thisPlace } from './process-identity.js';
import { writeAtomically } from './write-atomically.js';

/** Who holds, or held, a lock. */
export interface Holder extends ProcessIdentity {
  place: string;
  released?: boolean;
}

/** A lock that this process holds. */
export interface Lock {
  /** Resolves when the lock was lost to another host, or its folder was removed. Never after `release()`. */
  readonly lost: Promise<void>;
  /** Checks the lock now. A later holder sees everything done in the folder before this returned true. */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

/** The result of claiming the lock: it is ours, or `holder` is alive, here or at another place. */
export type Claim = { lock: Lock } | { holder: Holder; here: boolean };

const HEARTBEAT_INTERVAL_MS = 2_000;
const STALE_AFTER_MS = 10_000;
const POLL_INTERVAL_MS = 250;

/**
 * Takes the lock of a folder, or tells who has it. `onWait` is called once when it has to watch the heartbeat of
 * a holder at another place, for at most 10 s. Throws `LOCK_FAILED` when this system does not show processes.
 */
export async function claimLock(
  dir: string,
  onWait?: (reason: string) => void,
  whoAmI: () => Promise<ProcessIdentity | undefined> = () => identify(process.pid),
): Promise<Claim> {
  const place = await thisPlace();
  const self = await whoAmI();
  if (!self) {
    const reason = 'this system does not show when a process started (/proc, or the command ps)';
    throw new LongshoreError('LOCK_FAILED', `${dir} cannot be locked: ${reason}. Mount /proc`);
  }
  const me: Holder = { ...self, place };
  for (;;) {
    const current = await highest(dir);
    if (current > 0) {
      const holder = await liveHolder(dir, current, place, onWait);
      if (holder) return { holder, here: holder.place === place };
    }
    const lock = await create(dir, current + 1, me);
    if (lock) return { lock };
  }
}

/** The holder when it is alive; undefined when the lock is free. */
async function liveHolder(
  dir: string,
  generation: number,
  place: string,
  onWait?: (reason: string) => void,
): Promise<Holder | undefined> {
  const path = pathOf(dir, generation);
  let first: number | undefined;
  for (;;) {
    // Read before stat: opening a file makes a network file system ask its server.
    const holder = await read(path);
    if (holder?.released) return undefined;
    if (holder?.place === place) return (await isAlive(holder)) ? holder : undefined;
    const beat = await heartbeatOf(path);
    if (beat === undefined || (await clockOf(dir)) - beat > STALE_AFTER_MS) return undefined;
    if (holder && first !== undefined && beat !== first) return holder;
    if (first === undefined) {
      onWait?.(`waiting up to ${STALE_AFTER_MS / 1000} s to see whether ${hostOf(holder)} still uses ${dir}`);
    }
    first ??= beat;
    await delay(POLL_INTERVAL_MS);
  }
}

/** Exclusive creation decides; undefined if another process was faster. */
async function create(dir: string, generation: number, me: Holder): Promise<Lock | undefined> {
  const path = pathOf(dir, generation);
  const text = JSON.stringify(me);
  const file = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return undefined;
    throw error;
  });
  if (!file) return undefined;
  try {
    await file.write(text, 0);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(path, { force: true });
    throw error;
  }
  if ((await highest(dir)) !== generation) {
    await file.close();
    await rm(path, { force: true });
    return undefined;
  }
  await removeOlder(dir, generation);
  return hold(dir, generation, file, text);
}

function hold(dir: string, generation: number, file: FileHandle, text: string): Lock {
  const path = pathOf(dir, generation);
  let lose = () => {};
  const lost = new Promise<void>((resolve) => {
    lose = resolve;
  });
  const isHeld = async (): Promise<boolean> => {
    const held = (await highest(dir).catch(unlessGone(generation))) === generation;
    if (!held) lose();
    return held;
  };
  const beat = async () => {
    // A full disk fails the write, not the lock: at our own place the pid speaks for us.
    await file.write(text, 0).catch(() => {});
    await isHeld();
  };
  let beating = Promise.resolve();
  const timer = setInterval(() => {
    beating = beat();
  }, HEARTBEAT_INTERVAL_MS).unref();
  let released: Promise<void> | undefined;
  const release = async () => {
    clearInterval(timer);
    await beating;
    await file.close();
    if ((await highest(dir).catch(unlessGone(0))) !== generation) return;
    await writeAtomically(path, JSON.stringify({ ...JSON.parse(text), released: true }));
  };
  return {
    lost,
    isHeld,
    release: () => {
      released ??= release();
      return released;
    },
  };
}

/** The host name of a holder, for messages. */
export function hostOf(holder: Holder | undefined): string {
  return holder?.place.split(' ')[0] ?? 'another process';
}

function pathOf(dir: string, generation: number): string {
  return join(dir, `lock.${generation}`);
}

async function generations(dir: string): Promise<number[]> {
  const names = await readdir(dir);
  return names.flatMap((name) => /^lock\.(\d+)$/.exec(name)?.[1] ?? []).map(Number);
}

async function highest(dir: string): Promise<number> {
  return Math.max(0, ...(await generations(dir)));
}

/** A folder that was removed holds no lock; any other trouble in reading it says nothing about ours. */
function unlessGone(otherwise: number) {
  return (error: NodeJS.ErrnoException): number => (error.code === 'ENOENT' ? 0 : otherwise);
}

async function removeOlder(dir: string, generation: number): Promise<void> {
  const older = (await generations(dir)).filter((each) => each < generation);
  await Promise.all(older.map((each) => rm(pathOf(dir, each), { force: true })));
}

/** Undefined for a file that is gone, or not written to its end yet. */
async function read(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

async function heartbeatOf(path: string): Promise<number | undefined> {
  const file = await stat(path).catch(() => undefined);
  return file?.mtimeMs;
}

/** What time it is for the file system that the folder is on. */
async function clockOf(dir: string): Promise<number> {
  const path = join(dir, `clock.${randomUUID()}`);
  await writeFile(path, '');
  const { mtimeMs } = await stat(path);
  await rm(path, { force: true });
  return mtimeMs;
}
