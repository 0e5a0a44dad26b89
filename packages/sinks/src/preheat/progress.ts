/** Progress of an image, reported at most twice a second, and at the end. */
import { formatSize } from '@longshore/event';
import type { WarmItem } from './targets/target.js';

const REPORT_INTERVAL_MS = 500;

/** `progress` is a percentage, as boards draw it: of the bytes, where the image has sizes. */
export interface ProgressShown {
  progress: number;
  /** `12 / 48` */
  blobs: string;
  /** `27.1 MiB / 310.4 MiB`: of the parts that are done and of those that are on their way, and of all. */
  bytes: string;
  done: number;
  total: number;
}

/** Bytes that come for a part that is not done yet. */
export interface Moving {
  add(bytes: number): void;
  /** The part is done, or given up for now: they count no more. */
  end(): void;
}

/** Counts the parts that are done, of those that there are at all targets. */
export class Progress {
  #done = 0;
  #bytes = 0;
  #moving = 0;
  /** Not reported at once: after a wait the known parts come first, and the progress must not drop to 0. */
  #reportedAt = Date.now();

  constructor(
    private readonly total: { parts: number; bytes: number },
    private readonly report: (shown: ProgressShown) => void,
  ) {}

  /** A large layer takes minutes: its bytes count as progress. */
  moving(): Moving {
    let moved = 0;
    return {
      add: (bytes) => {
        moved += bytes;
        this.#moving += bytes;
        this.#show();
      },
      end: () => {
        this.#moving -= moved;
        moved = 0;
      },
    };
  }

  done({ item }: { item: WarmItem }): void {
    this.#done++;
    this.#bytes += item.size ?? 0;
    this.#show();
  }

  /** Reports the progress. */
  flush(): void {
    const { parts, bytes } = this.total;
    const complete = this.#done >= parts;
    this.#reportedAt = Date.now();
    const here = Math.min(bytes, this.#bytes + this.#moving);
    const share = bytes > 0 ? here / bytes : this.#done / Math.max(1, parts);
    this.report({
      progress: complete ? 100 : Math.min(99, Math.floor(100 * share)),
      blobs: `${this.#done} / ${parts}`,
      bytes: `${formatSize(here)} / ${formatSize(bytes)}`,
      done: this.#done,
      total: parts,
    });
  }

  #show(): void {
    if (this.#done >= this.total.parts || Date.now() - this.#reportedAt >= REPORT_INTERVAL_MS) this.flush();
  }
}
