/** A line that says how far an image is, on a terminal only: a log gets the notes and nothing else. */

const WIDTH = 30;

/** What is shown while an image is warmed. */
export interface Bar {
  progress(shown: object): void;
  wait(why: string): void;
  note(text: string): void;
  /** Leaves nothing of the line behind. */
  end(): void;
}

/** @param out where people look while results go to stdout */
export function createBar(out: { isTTY?: boolean; write(text: string): unknown }): Bar {
  let waits = '';
  let line = '';
  const draw = (next: string): void => {
    line = next;
    if (out.isTTY) out.write(`\r\x1b[2K${line}`);
  };
  const clear = (): void => {
    if (out.isTTY && line !== '') out.write('\r\x1b[2K');
  };
  return {
    progress(shown) {
      const { done = 0, total = 0, blobs = '' } = shown as { done?: number; total?: number; blobs?: string };
      const filled = total > 0 ? Math.round((WIDTH * done) / total) : 0;
      draw(`[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${blobs} blobs`);
    },
    wait(why) {
      if (why === waits && !out.isTTY) return;
      waits = why;
      if (out.isTTY) draw(`${line.split('  ')[0] ?? ''}  ${why}`);
      else out.write(`longshore: ${why}\n`);
    },
    note(text) {
      clear();
      out.write(`longshore: ${text}\n`);
    },
    end() {
      clear();
      line = '';
    },
  };
}
