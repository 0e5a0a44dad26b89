/**
 * What the spool cannot feed in and must not drop: a file of its own below `bad`, which begins like a segment, so
 * that whoever has mended the cause can put it back as one. On the disk before the segment moves on.
 */
import { mkdir, open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FILE_HEAD } from './frame.js';
import { syncFolder } from './segment.js';

/** Folder of what was set aside, beside the folders of the processes. */
const ASIDE = 'bad';

/**
 * Writes bytes of a segment aside. The same bytes again make the same file, as after a crash between this and
 * the move of the position.
 * @returns the path
 */
export async function setAside(segment: string, start: number, bytes: Buffer): Promise<string> {
  const own = dirname(segment);
  const folder = join(dirname(own), ASIDE);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${basename(own)}-${basename(segment, '.spool')}-${start}.bad`);
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(start === 0 ? bytes : Buffer.concat([FILE_HEAD, bytes]));
    await file.sync();
  } finally {
    await file.close();
  }
  await syncFolder(folder);
  return path;
}
