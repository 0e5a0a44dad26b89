/**
 * Reports that the configuration may have changed: on SIGHUP, or when the file does. The file is polled once a second
 * instead of watched: this also sees a Kubernetes ConfigMap, whose file is a link that is swapped, and files on network
 * drives. A change is reported once the file is stable, on SIGHUP too: an editor that saves in place empties the file
 * first, and an empty or half configuration may be a valid one, without endpoints.
 *
 * It listens from the first moment, so that a SIGHUP never ends the process. What happens before `onChange` is reported
 * by it, and what happens after `close` is ignored.
 */
import { unwatchFile, watchFile } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Surroundings } from './shell.js';

const POLL_INTERVAL_MS = 1_000;
/** A file without a change for this long is whole. */
const STABLE_AFTER_MS = 250;
/** A file that never becomes stable is read as it is after so many checks. */
const MAX_CHECKS = 40;

/** Watches the configuration and the files that it names. */
export interface Watcher {
  /** Calls `listener` at each change; at once when there was one before. */
  onChange(listener: (why: string) => void): void;
  close(): void;
}

/**
 * @param rest waits between two checks of a file that has changed; for tests
 * @param signals emits SIGHUP
 */
export function watchConfig(
  file: string,
  rest: () => Promise<unknown> = () => pause(STABLE_AFTER_MS),
  signals: Surroundings['signals'] = process,
): Watcher {
  let report: ((why: string) => void) | undefined;
  let missed: string | undefined;
  const changed = (why: string): void => {
    if (report) report(why);
    else missed = why;
  };
  /** The state of the file that was reported last; undefined when another one may be in force. */
  let reported: string | undefined;
  const closing = new AbortController();
  // Reported even if the file is the same: what a `file:/path` in it names may have changed.
  signals.on('SIGHUP', async () => {
    if (closing.signal.aborted) return;
    reported = undefined;
    reported = await stableStamp(file, rest, closing.signal);
    changed('SIGHUP');
  });
  let isWaiting = false;
  const changedOnceStable = async (): Promise<void> => {
    if (isWaiting) return;
    isWaiting = true;
    const stamp = await stableStamp(file, rest, closing.signal);
    isWaiting = false;
    const isNew = stamp !== undefined && stamp !== reported;
    reported = stamp;
    if (isNew) changed(`${file} has changed`);
  };
  let gone = false;
  watchFile(file, { interval: POLL_INTERVAL_MS }, (now, before) => {
    const isChanged = now.mtimeMs !== before.mtimeMs || now.ino !== before.ino || now.size !== before.size;
    const isBack = gone;
    // A file that is missing for a moment is being replaced. A reader may have found nothing, so it is reported when it
    // is back, even if it is the same.
    gone = now.nlink === 0;
    if (gone) reported = undefined;
    else if (isChanged || isBack) void changedOnceStable();
  });
  return {
    onChange(listener) {
      report = listener;
      if (missed !== undefined) listener(missed);
      missed = undefined;
    },
    close() {
      report = () => {};
      closing.abort();
      unwatchFile(file);
    },
  };
}

/**
 * Resolves once a file that is being saved is whole; at once when it has not changed for a while.
 * A file server whose clock is behind makes it look old: then it is read as it is, and again when it changes.
 */
export async function waitUntilStable(
  file: string,
  rest: () => Promise<unknown> = () => pause(STABLE_AFTER_MS),
): Promise<void> {
  const touched = await stat(file).then(
    ({ ctimeMs }) => ctimeMs,
    () => 0,
  );
  if (Date.now() - touched < STABLE_AFTER_MS) await stableStamp(file, rest, new AbortController().signal);
}

/** Identifies a state of the file, once two checks have seen the same one; undefined: there is no file. */
async function stableStamp(
  file: string,
  rest: () => Promise<unknown>,
  closing: AbortSignal,
): Promise<string | undefined> {
  let seen = await stampOf(file);
  for (let checks = 0; checks < MAX_CHECKS; checks++) {
    await rest();
    const next = await stampOf(file);
    if (next === seen || closing.aborted) return seen;
    seen = next;
  }
  return seen;
}

const stampOf = (file: string): Promise<string | undefined> =>
  stat(file).then(
    ({ mtimeMs, ino, size }) => `${mtimeMs} ${ino} ${size}`,
    () => undefined,
  );
