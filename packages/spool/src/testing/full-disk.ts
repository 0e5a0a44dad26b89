/** Disks that are full: a small real one where this user may mount, and a lock that finds no space anywhere. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

const run = promisify(execFile);

export const diskFull = (): Error =>
  Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

async function mount(size: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
    return folder;
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
}

async function unmount(folder: string): Promise<void> {
  await run('umount', ['-l', folder]);
  await rm(folder, { recursive: true });
}

/** Makes a disk read-only, or writable again. Rejects while a file on it is open for writing. */
export async function remount(folder: string, mode: 'ro' | 'rw'): Promise<void> {
  await run('mount', ['-o', `remount,${mode}`, folder]);
}

/** May this user mount a disk? */
export const canMount = await mount('64k').then(
  (folder) => unmount(folder).then(() => true),
  () => false,
);

/** An empty disk of the test's own. @param size such as `256k` */
export async function smallDisk(size: string): Promise<string> {
  const folder = await mount(size);
  onTestFinished(() => unmount(folder));
  return folder;
}
