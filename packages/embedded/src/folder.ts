/**
 * The folders of an embedded server: `<datadir>/NAME/` for the data, the lock and two notes, and a short
 * private folder elsewhere for the socket, since a socket's path has room for about a hundred bytes only.
 *
 * Disk errors become the error of a failed start, which names the path and the next step.
 */
import { chown, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { LongshoreError } from '@longshore/event';
import type { ServerKind, ServerNote } from './kind.js';
import type { SystemUser } from './watched-process.js';
import { writeAtomically } from './write-atomically.js';

const SOCKET_FOLDER = 'longshore-';
/** 104 bytes on macOS and the BSDs, 108 on Linux, the final zero included. */
const SOCKET_PATH_MAX = 103;

/** The folder of an embedded server below a `datadir`, absolute. */
export function serverFolder(kind: ServerKind, datadir: string): string {
  return resolve(datadir, kind.folder);
}

/**
 * A path for the socket, in a new folder of mode 0700 that belongs to `user`. `suits` says whether that user reaches a
 * folder.
 */
export async function createSocketPath(
  kind: ServerKind,
  dir: string,
  user?: SystemUser,
  suits: (folder: string) => Promise<boolean> = async () => true,
): Promise<string> {
  const parents = [tmpdir(), '/tmp', dir];
  for (const parent of parents) {
    const folder = join(parent, SOCKET_FOLDER);
    if (Buffer.byteLength(join(`${folder}XXXXXX`, kind.socket)) > SOCKET_PATH_MAX) continue;
    if (!(await suits(parent))) continue;
    const made = await mkdtemp(folder).catch(() => undefined);
    if (made && user) await chown(made, user.uid, user.gid);
    if (made) return join(made, kind.socket);
  }
  const reason = `no folder for its socket: none of ${parents.join(', ')} is writable and has a short path`;
  throw new LongshoreError(kind.startFailed, `The embedded ${kind.name} found ${reason}. Set TMPDIR to one.`);
}

/** Removes a socket and the folder that {@link createSocketPath} made for it; nothing else, whatever the path. */
export async function removeSocketFolder(kind: ServerKind, socket: string): Promise<void> {
  const folder = dirname(socket);
  if (basename(socket) === kind.socket && basename(folder).startsWith(SOCKET_FOLDER)) {
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

/** Writes down which server is about to run here. */
export function writeNote(kind: ServerKind, dir: string, note: ServerNote): Promise<void> {
  return writeAtomically(join(dir, `${kind.folder}.json`), JSON.stringify(note));
}

/** The note about the last server; undefined when there is none. */
export async function readNote(kind: ServerKind, dir: string): Promise<ServerNote | undefined> {
  try {
    return JSON.parse(await readFile(join(dir, `${kind.folder}.json`), 'utf8')) as ServerNote;
  } catch {
    return undefined;
  }
}

/** A file system error with its path, its cause and the next step. Other errors unchanged. */
export function diskError(kind: ServerKind, path: string, error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (!code || !syscall) return error;
  const advice = nextStep[code] ?? 'Correct that, or set datadir to another folder.';
  return new LongshoreError(kind.startFailed, `${path} cannot be used (${code}). ${advice}`, {
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
