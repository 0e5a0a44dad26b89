/** For small files that another process may read at any moment. */
import { rename, writeFile } from 'node:fs/promises';

/** Writes a file that readers see whole or not at all. Mode 0600. */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}.new`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, path);
}
