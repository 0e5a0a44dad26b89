/** What is in the spool, as far as this process knows: counted in all and by source, and in the order of names. */
import { type Named, parseName, sizeOnDisk, sourceKey } from './name.js';

/** What the spool holds now. */
export interface SpoolState {
  requests: number;
  /** Of the disk: whole blocks. */
  bytes: number;
  /** Why it cannot take anything, in words that follow "the spool". */
  fault?: string;
}

interface Entry extends Named {
  /** Only what is `waiting` is in the folder `new`. */
  state: 'writing' | 'waiting' | 'draining';
}

/** Counts what is there and names what comes next. Knows no disk. */
export class Backlog {
  readonly state: SpoolState = { requests: 0, bytes: 0, fault: 'is not open yet' };
  readonly #onChange: (state: SpoolState) => void;
  readonly #entries = new Map<string, Entry>();
  readonly #bytesOf = new Map<string, number>();
  /** Two stacks make the queue: the oldest name is the last of the first one. */
  #oldest: string[] = [];
  #newest: string[] = [];
  /** Names that were removed while the folder is being listed: the list may still have them. */
  #removed = new Set<string>();

  /** @param onChange is called with the state after each change of its numbers */
  constructor(onChange: (state: SpoolState) => void) {
    this.#onChange = onChange;
  }

  /** A request that is about to be written. */
  reserve(name: string): void {
    this.#add(name, 'writing');
    this.#onChange(this.state);
  }

  /** It is in the folder `new` now. */
  wait(name: string): void {
    const entry = this.#entries.get(name);
    if (entry) entry.state = 'waiting';
    this.#newest.push(name);
  }

  /** As {@link wait}, and it is the next. */
  waitFirst(name: string): void {
    const entry = this.#entries.get(name);
    if (entry) entry.state = 'waiting';
    this.#oldest.push(name);
  }

  /** The oldest that waits, now `draining`; undefined when there is none or `fits` refuses its size. */
  next(fits: (bytes: number) => boolean): string | undefined {
    for (;;) {
      if (this.#oldest.length === 0) [this.#oldest, this.#newest] = [this.#newest.reverse(), []];
      const name = this.#oldest.at(-1);
      if (name === undefined) return undefined;
      const entry = this.#entries.get(name);
      if (entry?.state === 'waiting') {
        if (!fits(entry.bytes)) return undefined;
        entry.state = 'draining';
        this.#oldest.pop();
        return name;
      }
      this.#oldest.pop();
    }
  }

  /** It is no longer in the spool, or was never written. */
  remove(name: string): void {
    const entry = this.#entries.get(name);
    if (!entry) return;
    this.#entries.delete(name);
    this.#removed.add(name);
    this.#count(entry, -1);
    this.#onChange(this.state);
  }

  /** Does this process write or drain it now? */
  isInUse(name: string): boolean {
    return (this.#entries.get(name)?.state ?? 'waiting') !== 'waiting';
  }

  /** Adds what `list` finds in the folder `new`. What others take from there is found out when it is claimed. */
  async refresh(list: () => Promise<string[]>): Promise<void> {
    this.#removed.clear();
    const fresh = (await list()).filter((name) => !(this.#entries.has(name) || this.#removed.has(name)));
    if (fresh.length === 0) return;
    for (const name of fresh) this.#add(name, 'waiting');
    this.#oldest = [...this.#oldest, ...this.#newest, ...fresh].sort().reverse();
    this.#newest = [];
    this.#onChange(this.state);
  }

  /** Bytes of the disk that a source may add. @param sources those that can be spooled, which share the room */
  roomOf(source: string, maxbytes: number, sources: readonly string[]): number {
    // Half of the room is for all; the other half is reserved in equal parts, so that no source locks out another.
    const share = sources.length > 1 ? Math.floor(maxbytes / 2 / sources.length) : 0;
    const others = sources.filter((other) => other !== source);
    const unused = (other: string) => Math.max(0, share - (this.#bytesOf.get(sourceKey(other)) ?? 0));
    return maxbytes - this.state.bytes - others.reduce((sum, other) => sum + unused(other), 0);
  }

  #add(name: string, state: Entry['state']): void {
    const { bytes, ...named } = parseName(name);
    const entry = { ...named, bytes: sizeOnDisk(bytes), state };
    this.#entries.set(name, entry);
    this.#count(entry, 1);
  }

  #count({ bytes, source }: Named, sign: 1 | -1): void {
    this.state.requests += sign;
    this.state.bytes += sign * bytes;
    if (source !== undefined) this.#bytesOf.set(source, (this.#bytesOf.get(source) ?? 0) + sign * bytes);
  }
}
