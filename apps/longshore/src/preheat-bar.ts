/** A line that says how far an image is, on a terminal only: a log gets the notes and nothing else. */
import { printable } from '@longshore/event';

const WIDTH = 30;
const COLUMNS = 80;

interface Shown {
  /** Percent; else done of total. */
  progress?: number;
  done?: number;
  total?: number;
  blobs?: string;
  bytes?: string;
}

/** What is shown while an image is warmed. */
export interface Bar {
  /** Before there is anything to count. */
  begin(what: string): void;
  progress(shown: object): void;
  wait(why: string): void;
  note(text: string): void;
  /** Leaves nothing of the line behind. */
  end(): void;
}

/** @param out where people look while results go to stdout */
export function createBar(out: { isTTY?: boolean; columns?: number; write(text: string): unknown }): Bar {
  let waits = '';
  let line = '';
  const draw = (next: string): void => {
    line = printable(next);
    // a line that wraps could not be taken back
    if (out.isTTY) out.write(`\r\x1b[2K${line.slice(0, (out.columns || COLUMNS) - 1)}`);
  };
  const clear = (): void => {
    if (out.isTTY && line !== '') out.write('\r\x1b[2K');
  };
  return {
    begin: draw,
    progress(shown) {
      const { done = 0, total = 0, progress, blobs = '', bytes }: Shown = shown;
      if (blobs === '') return;
      const share = progress === undefined ? done / Math.max(1, total) : progress / 100;
      const filled = Math.round(WIDTH * Math.min(1, share));
      const sizes = bytes === undefined ? '' : `, ${bytes}`;
      draw(`[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${blobs} blobs${sizes}`);
    },
    wait(why) {
      if (why === waits && !out.isTTY) return;
      waits = why;
      if (out.isTTY) draw(`${line.split('  ')[0] ?? ''}  ${why}`);
      else out.write(`longshore: ${printable(why)}\n`);
    },
    note(text) {
      clear();
      out.write(`longshore: ${printable(text)}\n`);
    },
    end() {
      clear();
      line = '';
    },
  };
}
