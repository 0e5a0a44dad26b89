/**
 * Locks of folders for tests that run several ingests in one process, where the real one, which tells processes
 * apart, would see a single holder.
 */
import type { Claim } from '../spool/folder.js';

const holders = new Map<string, () => void>();

/** A folder is held by whoever claimed it first, until it is released or {@link takeAway} is called. */
export const memoryClaim = (): Claim => async (folder) => {
  if (holders.has(folder)) return undefined;
  let lose = (): void => {};
  const lost = new Promise<void>((resolve) => {
    lose = resolve;
  });
  holders.set(folder, lose);
  return {
    lost,
    async isHeld() {
      const held = holders.get(folder) === lose;
      if (!held) lose();
      return held;
    },
    release: async () => void (holders.get(folder) === lose && holders.delete(folder)),
  };
};

/**
 * Ends somebody's hold on a folder, as another machine does that has not heard of it for long.
 * @returns what ends that one's hold
 */
export function takeAway(folder: string): () => void {
  takeUnnoticed(folder)();
  return () => void holders.delete(folder);
}

/** The same, of somebody who hangs. @returns what lets that one notice it */
export function takeUnnoticed(folder: string): () => void {
  const lose = holders.get(folder);
  holders.set(folder, () => {});
  return () => lose?.();
}
