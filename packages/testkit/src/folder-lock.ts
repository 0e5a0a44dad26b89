/** The lock of a folder as a process of the relay takes it. */
import { claimLock } from '@longshore/embedded/lock';

/** Locks a folder for this process; undefined when it is locked already. */
export async function claimFolder(
  folder: string,
): Promise<{ isHeld(): Promise<boolean>; release(): Promise<void> } | undefined> {
  const claim = await claimLock(folder);
  return 'lock' in claim ? claim.lock : undefined;
}
