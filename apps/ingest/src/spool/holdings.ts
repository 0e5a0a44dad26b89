/**
 * Which folders of the spool this process holds: one to write to, and those that others left. Looks again every
 * ten seconds, for what was left since and for a folder that could not be opened before.
 */
import { ignore } from '@longshore/event';
import { type Claim, type Held, holdFirst, holdOthers } from './folder.js';
import { type Found, findSegments } from './segment.js';

/** Where folders are looked for, and who hears of them. */
export interface HoldingsParts {
  dir: string;
  claim: Claim;
  /** A folder is ours, with what an earlier run left in it. `isOwn`: it is the one to write to. */
  onHeld(held: Held, found: readonly Found[], isOwn: boolean): void;
  /** Somebody else holds it by now. */
  onLost(folder: string): void;
  onTrouble(error: unknown): void;
}

/** The folders that this process holds; looks for ones whose owner has died. */
export interface Holdings {
  /** Looks now. Never rejects. */
  look(): Promise<void>;
  /** Resolves when no look is under way, and so no folder about to be opened. Never rejects. */
  looked(): Promise<void>;
  /** Looks every ten seconds from now on. */
  watch(): void;
  /** Gives back those that nothing of is in use; the one to write to stays. */
  giveBack(isInUse: (folder: string) => boolean): Promise<void>;
  /** Gives all back. */
  close(): Promise<void>;
}

const LOOK_EVERY = 10_000;

/** Holds nothing before the first look. */
export function createHoldings({ dir, claim, onHeld, onLost, onTrouble }: HoldingsParts): Holdings {
  const held = new Map<string, Held>();
  let own: Held | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let looking = Promise.resolve();

  const release = async (one: Held): Promise<void> => {
    held.delete(one.folder);
    await one.lock.release().catch(ignore('ingest.spool.lock')); // it gets stale by itself
  };
  const takeOver = async (one: Held, isOwn: boolean): Promise<void> => {
    const found = await findSegments(one.folder).catch(async (error) => {
      await release(one);
      throw error;
    });
    if (found.length === 0 && !isOwn) return release(one);
    held.set(one.folder, one);
    if (isOwn) own = one;
    onHeld(one, found, isOwn);
  };
  const onLate = (one: Held): void => {
    if (isClosed) void release(one);
    else takeOver(one, false).catch(onTrouble);
  };
  const openOwn = async (): Promise<void> => {
    const one = await holdFirst(dir, claim, onLate);
    await takeOver(one, true);
    const lose = (): void => {
      held.delete(one.folder);
      own = undefined;
      onLost(one.folder);
      void look();
    };
    one.lock.lost.then(lose, () => {});
  };
  const look = (): Promise<void> => {
    looking = looking.then(async () => {
      if (isClosed) return;
      try {
        if (!own) await openOwn();
        const others = await holdOthers(dir, new Set(held.keys()), claim, onLate);
        for (const one of others) await takeOver(one, false);
      } catch (error) {
        onTrouble(error);
      }
    });
    return looking;
  };

  return {
    look,
    looked: () => looking,
    watch() {
      timer ??= setInterval(() => void look(), LOOK_EVERY).unref();
    },
    async giveBack(isInUse) {
      for (const one of [...held.values()]) if (one !== own && !isInUse(one.folder)) await release(one);
    },
    async close() {
      isClosed = true;
      clearInterval(timer);
      await looking;
      await Promise.all([...held.values()].map(release));
    },
  };
}
