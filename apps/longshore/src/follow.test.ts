import {
  appendFile,
  mkdtemp,
  open,
  readdir,
  readlink,
  rename,
  rm,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atTestEnd } from '@longshore/testkit';
import { expect, test, vi } from 'vitest';
import { follow } from './follow.js';

const WAIT = { timeout: 30_000 };

/** Follows a file that has one line, which is posted already. @param quiet asked before the old file is left */
async function followed(quiet: (posted: string) => number) {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-follow-'));
  const file = join(folder, 'registry.log');
  await writeFile(file, 'first\n');
  const posted: string[] = [];
  const stopping = new AbortController();
  const following = follow({
    ...{ file, begin: true, once: false, signal: stopping.signal, onFailure: () => {} },
    post: async (lines) => void posted.push(lines),
    get quiet() {
      return quiet(posted.join(''));
    },
  });
  atTestEnd(async () => {
    stopping.abort();
    await following;
    await rm(folder, { recursive: true });
  });
  const hasPosted = (lines: string) => vi.waitFor(() => expect(posted.join('')).toBe(lines), WAIT);
  await hasPosted('first\n');
  return { file, hasPosted };
}

/** This process has the file open. */
async function isOpen(file: string): Promise<void> {
  const names = await readdir('/proc/self/fd');
  const open = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
  expect(open).toContain(file);
}

test('what a writer adds to the old file after the rotation is posted, before the new file', async () => {
  const { file, hasPosted } = await followed((posted) => (posted.includes('late') ? 0 : Infinity));
  const writer = await open(file, 'a');
  await rename(file, `${file}.1`);
  await writeFile(file, 'new\n');
  await vi.waitFor(() => isOpen(file), WAIT);
  await writer.appendFile('late\n');
  await writer.close();
  await hasPosted('first\nlate\nnew\n');
  await appendFile(file, 'newer\n');
  await hasPosted('first\nlate\nnew\nnewer\n');
});

test('a file that is cut is read from its beginning', async () => {
  const { file, hasPosted } = await followed(() => Infinity);
  await truncate(file);
  await appendFile(file, 'a\n');
  await hasPosted('first\na\n');
});
