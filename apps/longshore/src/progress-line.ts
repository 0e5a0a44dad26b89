/** Progress on one line of a terminal. Without a terminal only notes are written, so that a log stays readable. */
import { printable } from '@longshore/event';
import type { BulkProgress } from '@longshore/queue/dead';

const BAR_WIDTH = 30;
const DEFAULT_COLUMNS = 80;
const CLEAR = '\r\x1b[2K';

/** The line. */
export interface ProgressLine {
  /** Replaces the line. */
  show(text: string): void;
  /** Replaces the line by a bar, filled by `share` (0 … 1), and a text behind it. */
  bar(share: number, text: string): void;
  /** Why it waits, behind the bar; without a terminal a line of its own, unless it repeats the last. Empty: it does not. */
  wait(reason: string): void;
  /** A line of its own. */
  note(text: string): void;
  /** Removes the line. */
  end(): void;
}

/** @param out usually stderr, because results go to stdout */
export function createProgressLine(out: {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}): ProgressLine {
  let waitsFor = '';
  let line = '';
  const draw = (next: string): void => {
    line = printable(next);
    // A line that wraps could not be cleared.
    if (out.isTTY) out.write(`${CLEAR}${line.slice(0, (out.columns || DEFAULT_COLUMNS) - 1)}`);
  };
  const clear = (): void => {
    if (out.isTTY && line !== '') out.write(CLEAR);
  };
  const note = (text: string): void => {
    clear();
    out.write(`longshore: ${printable(text)}\n`);
  };
  return {
    show: draw,
    bar(share, text) {
      const filled = Math.round(BAR_WIDTH * Math.min(1, share));
      draw(`[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${text}`);
    },
    wait(reason) {
      if (out.isTTY && reason !== '') draw(`${line.split('  ')[0] ?? ''}  ${reason}`);
      else if (reason !== waitsFor && reason !== '') note(reason);
      waitsFor = reason;
    },
    note,
    end() {
      clear();
      line = '';
    },
  };
}

/** Shows the progress of a bulk action. @param done `retried`, `deleted` */
export const showBulkProgress =
  (line: ProgressLine, done: string) =>
  ({ total, looked, done: count, holding }: BulkProgress): void => {
    line.bar(looked / Math.max(1, total), `${looked} of ${total} checked, ${count} ${done}`);
    line.wait(holding.length === 0 ? '' : `waiting for a full backlog to drain: ${holding.join(', ')}`);
  };
