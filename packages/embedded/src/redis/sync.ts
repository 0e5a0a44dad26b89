/**
 * Brings the append-only file to the disk once a second, in place of Redis.
 *
 * With `appendfsync everysec` Redis postpones its write, not only its fsync, for up to two seconds while the disk
 * is busy, and answers all the same: a kill in that time would lose what was acknowledged. With `no` it always
 * writes before it answers, so that a killed Redis loses nothing; what is left to do for a power cut is this.
 */
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const INTERVAL_MS = 1_000;

/** @param onTrouble hears why the disk could not be brought up to date: once per kind, and again after a round that went well */
export function syncAppendOnlyFile(
  dir: string,
  onTrouble: (reason: string) => void,
  every = INTERVAL_MS,
): { stop(): void; rounds(): number } {
  const reported = new Set<string>();
  let busy = false;
  let rounds = 0;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    syncOnce(join(dir, 'appendonlydir'))
      .then(() => reported.clear())
      .catch((error: NodeJS.ErrnoException) => {
        const code = error.code ?? error.message;
        if (reported.has(code)) return;
        reported.add(code);
        onTrouble(
          `the append-only file in ${dir} cannot be brought to the disk (${code}): a power failure could lose the latest events; check the disk`,
        );
      })
      .finally(() => {
        busy = false;
        rounds++;
      });
  }, every).unref();
  return { stop: () => clearInterval(timer), rounds: () => rounds };
}

/** The increments alone: Redis brings a base file to the disk itself before it uses it. */
async function syncOnce(folder: string): Promise<void> {
  const names = await readdir(folder);
  for (const name of names.filter((file) => file.endsWith('.incr.aof'))) {
    const file = await open(join(folder, name), 'r+').catch(unlessRemoved);
    try {
      await file?.datasync();
    } finally {
      await file?.close();
    }
  }
}

/** Redis removes a file when it has written the next generation; a folder that is not there is another matter. */
function unlessRemoved(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
