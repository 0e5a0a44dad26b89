import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { syncAppendOnlyFile } from './sync.js';

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'longshore-test-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

test('a disk error is reported once', async () => {
  const dir = await folder();
  // A folder in the place of the file cannot be opened to be written, not even by root.
  await mkdir(join(dir, 'appendonlydir', 'a.1.incr.aof'), { recursive: true });
  const troubles: string[] = [];
  const sync = syncAppendOnlyFile(dir, (reason) => troubles.push(reason), 10);
  onTestFinished(() => sync.stop());
  await expect.poll(() => troubles.length).toBeGreaterThan(0);
  await expect.poll(sync.rounds).toBeGreaterThan(5);
  expect(troubles).toHaveLength(1);
  expect(troubles[0]).toMatch(/EISDIR.*check the disk/);
});

test('a folder that is not there is reported: nothing would be brought to the disk', async () => {
  const dir = await folder();
  const troubles: string[] = [];
  const sync = syncAppendOnlyFile(dir, (reason) => troubles.push(reason), 10);
  onTestFinished(() => sync.stop());
  await expect.poll(sync.rounds).toBeGreaterThan(3);
  expect(troubles).toEqual([expect.stringMatching(/ENOENT.*power failure/)]);
});

test('a file that Redis has removed meanwhile is no trouble', async () => {
  const dir = await folder();
  await mkdir(join(dir, 'appendonlydir'));
  // A link to nothing: it is listed, and not there to be opened.
  await symlink(join(dir, 'gone'), join(dir, 'appendonlydir', 'a.1.incr.aof'));
  const troubles: string[] = [];
  const sync = syncAppendOnlyFile(dir, (reason) => troubles.push(reason), 10);
  onTestFinished(() => sync.stop());
  await expect.poll(sync.rounds).toBeGreaterThan(3);
  expect(troubles).toEqual([]);
});

test('files that are there are brought to the disk without a word', async () => {
  const dir = await folder();
  await mkdir(join(dir, 'appendonlydir'));
  await writeFile(join(dir, 'appendonlydir', 'a.1.incr.aof'), 'data');
  await chmod(join(dir, 'appendonlydir'), 0o700);
  const troubles: string[] = [];
  const sync = syncAppendOnlyFile(dir, (reason) => troubles.push(reason), 10);
  onTestFinished(() => sync.stop());
  await expect.poll(sync.rounds).toBeGreaterThan(3);
  expect(troubles).toEqual([]);
});
