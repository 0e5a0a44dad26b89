/**
 * Tells when the configuration may have changed: on SIGHUP, or when the file does. The file is looked at once
 * a second instead of watched: this also sees a Kubernetes ConfigMap, whose file is a link that is swapped,
 * and files on network drives.
 *
 * It listens from the first moment, so that a SIGHUP never ends the process; what is heard before somebody
 * wants to know is told then, and what is heard after `close` is ignored.
 */
import { unwatchFile, watchFile } from 'node:fs';

const EVERY = 1_000;

export interface Watcher {
  /** From now on; at once when something was heard before. */
  onChange(heard: (why: string) => void): void;
  close(): void;
}

export function watchConfig(file: string): Watcher {
  let tell: ((why: string) => void) | undefined;
  let missed: string | undefined;
  const hear = (why: string): void => {
    if (tell) tell(why);
    else missed = why;
  };
  process.on('SIGHUP', () => hear('SIGHUP'));
  watchFile(file, { interval: EVERY }, (now, before) => {
    const changed = now.mtimeMs !== before.mtimeMs || now.ino !== before.ino || now.size !== before.size;
    // A file that is gone for a moment is being replaced.
    if (changed && now.nlink > 0) hear(`${file} has changed`);
  });
  return {
    onChange(heard) {
      tell = heard;
      if (missed !== undefined) heard(missed);
      missed = undefined;
    },
    close() {
      tell = () => {};
      unwatchFile(file);
    },
  };
}
