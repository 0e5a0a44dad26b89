/**
 * The folders of the embedded Redis: `<datadir>/redis/` for the data, the lock and two notes, and a short
 * private folder elsewhere for the socket, since a socket's path has room for about a hundred bytes only.
 *
 * Disk errors become `REDIS_START_FAILED`, which names the path and the next step.
 */
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { LongshoreError } from '@longshore/event';
import type { ProcessIdentity } from '../process-identity.js';
import { writeAtomically } from '../write-atomically.js';
import type { Configuration } from './port.js';

/** The Redis that was last started here, so that the next owner can see it end. */
export interface RedisNote extends ProcessIdentity {
  socket: string;
  /** Of the process that started it. */
  configuration?: Configuration;
}

const SOCKET_FOLDER = 'longshore-';
/** 104 bytes on macOS and the BSDs, 108 on Linux, the final zero included. */
const SOCKET_PATH_MAX = 103;

/** The folder of the embedded Redis below a `datadir`, absolute. */
export function redisFolder(datadir: string): string {
  return resolve(datadir, 'redis');
}

/** Creates the folder, for this user only, and proves that it can be written. */
export async function prepareFolder(datadir: string): Promise<string> {
  const dir = redisFolder(datadir);
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    // Not every mounted folder has modes, and the second one comes with the first start.
    for (const folder of [dir, join(dir, 'appendonlydir')]) await chmod(folder, 0o700).catch(() => {});
    await writeAtomically(join(dir, 'writable'), '');
    // Another process that starts at the same time may have removed it.
    await rm(join(dir, 'writable'), { force: true });
    return dir;
  } catch (error) {
    throw diskError(dir, error);
  }
}

/** A path for the socket, in a new folder of mode 0700. */
export async function createSocketPath(dir: string): Promise<string> {
  const parents = [tmpdir(), '/tmp', dir];
  for (const parent of parents) {
    const folder = join(parent, SOCKET_FOLDER);
    if (Buffer.byteLength(join(`${folder}XXXXXX`, 'redis.sock')) > SOCKET_PATH_MAX) continue;
    const made = await mkdtemp(folder).catch(() => undefined);
    if (made) return join(made, 'redis.sock');
  }
  const reason = `no folder for its socket: none of ${parents.join(', ')} is writable and has a short path`;
  throw new LongshoreError('REDIS_START_FAILED', `The embedded Redis found ${reason}. Set TMPDIR to one.`);
}

/** Removes a socket and the folder that {@link createSocketPath} made for it; nothing else, whatever the path. */
export async function removeSocketFolder(socket: string): Promise<void> {
  const folder = dirname(socket);
  if (basename(socket) === 'redis.sock' && basename(folder).startsWith(SOCKET_FOLDER)) {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Tells other processes where the socket is. */
export function publishSocket(dir: string, socket: string): Promise<void> {
  return writeAtomically(join(dir, 'socket'), socket);
}

/** The published socket; undefined when there is none. */
export async function publishedSocket(dir: string): Promise<string | undefined> {
  const text = await readFile(join(dir, 'socket'), 'utf8').catch(() => '');
  return text.trim() || undefined;
}

/** Takes the note about a socket back, unless another owner's stands there by now. */
export async function unpublishSocket(dir: string, socket?: string): Promise<void> {
  if (socket && (await publishedSocket(dir)) !== socket) return;
  await rm(join(dir, 'socket'), { force: true });
}

/** Writes down which Redis is about to run here. */
export function writeNote(dir: string, note: RedisNote): Promise<void> {
  return writeAtomically(join(dir, 'redis.json'), JSON.stringify(note));
}

/** The note about the last Redis; undefined when there is none. */
export async function readNote(dir: string): Promise<RedisNote | undefined> {
  try {
    return JSON.parse(await readFile(join(dir, 'redis.json'), 'utf8')) as RedisNote;
  } catch {
    return undefined;
  }
}

/** A file system error with its path, its cause and the next step. Other errors unchanged. */
export function diskError(path: string, error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (!code || !syscall) return error;
  const advice = nextStep[code] ?? 'Correct that, or set datadir to another folder.';
  return new LongshoreError('REDIS_START_FAILED', `${path} cannot be used (${code}). ${advice}`, {
    cause: error,
  });
}

const notOurs = 'Make it writable for the user that runs Longshore (chown), or set datadir.';
const nextStep: Record<string, string> = {
  EACCES: notOurs,
  EPERM: notOurs,
  EROFS: 'The file system is read-only: mount a writable volume there, or set datadir to one.',
  ENOSPC: 'The disk is full: free some space, or set datadir to a folder on another disk.',
  EDQUOT: 'The disk quota is used up: free some space, or set datadir to a folder on another disk.',
  ENOTDIR: 'A part of the path is a file, not a folder: remove it, or set datadir to a folder.',
  EEXIST: 'There is a file of that name, not a folder: remove it, or set datadir to a folder.',
};
