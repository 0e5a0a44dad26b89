/** Writes a stream that may be long to stdout, no faster than it is read. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Shell } from '../shell.js';

/** A way to stdout. */
export interface Out {
  /** Resolves when there is room for more; false: its reader has gone, as `head` does. */
  write(text: string): Promise<boolean>;
}

/** See the header. */
export function createOut(stdout: Shell['stdout']): Out {
  let open = true;
  const stream = isStream(stdout) ? stdout : undefined;
  stream?.on('error', () => {
    open = false;
  });
  return {
    async write(text) {
      const isFull = stdout.write(text) === false;
      if (open && isFull && stream) await once(stream, 'drain').catch(() => {});
      return open;
    },
  };
}

const isStream = (stdout: object): stdout is Writable => 'once' in stdout && 'on' in stdout;
