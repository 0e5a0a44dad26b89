/** Group commit for a folder: calls that come while its names are on their way to the disk share the next time. */
import { syncFolder } from './folders.js';

/** @returns what resolves when each name that is in the folder now is durable; rejects with the system's error */
export function sharedSync(folder: string): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= running
      .catch(() => {}) // reported to those who wait for it
      .then(() => {
        next = undefined;
        running = syncFolder(folder);
        return running;
      });
    return next;
  };
}
