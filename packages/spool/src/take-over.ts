/**
 * Empties the folders of processes that have ended, and those of older versions. Nothing waits for that, since a holder
 * on another machine is only known to be dead after seconds.
 */
import { isDiskFull } from './fault.js';
import {
  type Claim,
  type Folders,
  giveBack,
  type Owned,
  ownersIn,
  removeOwned,
  unlessGone,
} from './folders.js';
import { convertSegments, legacyFolders } from './legacy.js';
import type { SpoolLog } from './log.js';

/** What is emptied, and what follows. */
export interface TakeOverParts {
  folders: Folders;
  claim: Claim;
  log: SpoolLog;
  isClosed(): boolean;
  /** There are other files in `new` now, or there is more space. */
  onChange(): Promise<void>;
  onError(error: unknown): void;
  /** Is waited for before the spool is closed. */
  track(work: Promise<void>): Promise<void>;
}

interface Inherited {
  folder: string;
  empty(): Promise<unknown>;
  /** There is no space for the lock, or to empty it. */
  onDiskFull(error: unknown): Promise<void>;
}

/** Each call starts what can be done now; a folder that is locked is left for the next one. */
export class TakeOver {
  readonly #parts: TakeOverParts;
  /** Folders that are being locked or emptied. */
  readonly #claiming = new Set<string>();

  constructor(parts: TakeOverParts) {
    this.#parts = parts;
  }

  /** Of processes other than the one with the folder `own`. */
  async dead(own: string | undefined): Promise<void> {
    const { work, new: to } = this.#parts.folders;
    for (const folder of await ownersIn(work, own)) {
      this.#start({
        folder,
        empty: () => giveBack(folder, to),
        // The lock of a living owner is found before a new one is written. Should the owner live all the same, it
        // repeats its write, and its requests are at most taken twice.
        onDiskFull: async () => {
          if (await giveBack(folder, to)) await this.#parts.onChange();
        },
      });
    }
  }

  async legacy(): Promise<void> {
    const { folders, log, isClosed } = this.#parts;
    for (const folder of await legacyFolders(folders.dir)) {
      this.#start({
        folder,
        empty: () => convertSegments(folder, folders, log, isClosed),
        // What was converted so far may be drained, which frees some.
        onDiskFull: async (error) => {
          log.unconverted(folder, error);
          await this.#parts.onChange();
        },
      });
    }
  }

  #start(inherited: Inherited): void {
    const { folder } = inherited;
    if (this.#claiming.has(folder)) return;
    this.#claiming.add(folder);
    const { claim, isClosed, track, onError } = this.#parts;
    claim(folder)
      .catch(unlessGone)
      .then((lock) => lock && track(this.#empty({ folder, lock }, inherited)))
      .catch((error: unknown) => {
        if (!isDiskFull(error) || isClosed()) throw error;
        return track(inherited.onDiskFull(error));
      })
      .catch(onError)
      .finally(() => this.#claiming.delete(folder));
  }

  async #empty(owned: Owned, { empty }: Inherited): Promise<void> {
    try {
      if (!this.#parts.isClosed()) await empty();
    } finally {
      await removeOwned(owned);
    }
    await this.#parts.onChange();
  }
}
