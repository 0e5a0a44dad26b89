/** How far an image is, for whoever looks at its delivery: told at most twice a second, and at the end. */
import type { WarmItem } from './targets/target.js';

const EVERY = 500;

/** `progress` is a percentage, as boards draw it. */
export interface ProgressShown {
  progress: number;
  /** `12 / 48` */
  blobs: string;
  /** Bytes of the parts that are done, and of all. */
  bytes: string;
  done: number;
  total: number;
}

/** Counts the parts that are done, of those that there are at all targets. */
export class Progress {
  #done = 0;
  #bytes = 0;
  #told = 0;

  constructor(
    private readonly total: { parts: number; bytes: number },
    private readonly tell: (shown: ProgressShown) => void,
  ) {}

  done({ item }: { item: WarmItem }): void {
    this.#done++;
    this.#bytes += item.size ?? 0;
    const now = Date.now();
    if (this.#done < this.total.parts && now - this.#told < EVERY) return;
    this.#told = now;
    const { parts, bytes } = this.total;
    this.tell({
      progress: Math.floor((100 * this.#done) / Math.max(1, parts)),
      blobs: `${this.#done} / ${parts}`,
      bytes: `${this.#bytes} / ${bytes}`,
      done: this.#done,
      total: parts,
    });
  }
}
