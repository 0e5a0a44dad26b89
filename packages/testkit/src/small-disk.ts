/** A disk that a test can fill: a small tmpfs, where this user may mount one. */
import { execFile } from 'node:child_process';
import { chown } from 'node:fs/promises';
import { promisify } from 'node:util';
import { serverUser } from '@longshore/embedded/postgres';
import { atTestEnd, removeFolder, temporaryFolder } from './cleanup.js';

const run = promisify(execFile);

/** May this user mount a disk? */
export async function canMount(): Promise<boolean> {
  asked ??= mount('64k').then(
    (folder) => unmount(folder).then(() => true),
    () => false,
  );
  return asked;
}

let asked: Promise<boolean> | undefined;

/**
 * An empty disk of the test's own, unmounted at its end.
 * @param size such as `256k`
 * @param owner `postgres`: the user that PostgreSQL runs as in tests. Default: this user.
 */
export async function smallDisk(size: string, owner?: 'postgres'): Promise<string> {
  const folder = await mount(size);
  atTestEnd(() => unmount(folder));
  const user = owner && (await serverUser());
  if (user) await chown(folder, user.uid, user.gid);
  return folder;
}

/** Makes a disk read-only, or writable again. Rejects while a file on it is open for writing. */
export async function remount(folder: string, mode: 'ro' | 'rw'): Promise<void> {
  await run('mount', ['-o', `remount,${mode}`, folder]);
}

async function mount(size: string): Promise<string> {
  const folder = await temporaryFolder('disk');
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
    return folder;
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}

async function unmount(folder: string): Promise<void> {
  await run('umount', ['-l', folder]);
  await removeFolder(folder);
}
