/**
 * Tells when the configuration may have changed: on SIGHUP, or when the file does. The file is looked at once
 * a second instead of watched: this also sees a Kubernetes ConfigMap, whose file is a link that is swapped,
 * and files on network drives. One that changes is told once it rests, on SIGHUP too: who saves in place empties
 * the file first, and an empty or half a configuration may be a valid one, without endpoints.
 *
 * It listens from the first moment, so that a SIGHUP never ends the process; what is heard before somebody
 * wants to know is told then, and what is heard after `close` is ignored.
 */
import { unwatchFile, watchFile } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Surroundings } from './shell.js';

const EVERY = 1_000;
/** Milliseconds without a change after which a file is whole. */
const REST = 250;
/** Looks at most: a file that never rests is taken as it is. */
const LOOKS = 40;

/** Watches the configuration and the files that it names. */
export interface Watcher {
  /** From now on; at once when something was heard before. */
  onChange(heard: (why: string) => void): void;
  close(): void;
}

/**
 * @param rest waits between two looks at a file that has changed; for tests
 * @param signals emits SIGHUP
 */
export function watchConfig(
  file: string,
  rest: () => Promise<unknown> = () => pause(REST),
  signals: Surroundings['signals'] = process,
): Watcher {
  let tell: ((why: string) => void) | undefined;
  let missed: string | undefined;
  const hear = (why: string): void => {
    if (tell) tell(why);
    else missed = why;
  };
  /** The state of the file that was told last; undefined when another one may be in force. */
  let told: string | undefined;
  const closing = new AbortController();
  // Told although the file is as it was: what a `file:/path` in it names may have changed.
  signals.on('SIGHUP', async () => {
    if (closing.signal.aborted) return;
    told = undefined;
    told = await stampAtRest(file, rest, closing.signal);
    hear('SIGHUP');
  });
  let resting = false;
  const hearAtRest = async (): Promise<void> => {
    if (resting) return;
    resting = true;
    const stamp = await stampAtRest(file, rest, closing.signal);
    resting = false;
    const isNew = stamp !== undefined && stamp !== told;
    told = stamp;
    if (isNew) hear(`${file} has changed`);
  };
  let gone = false;
  watchFile(file, { interval: EVERY }, (now, before) => {
    const changed = now.mtimeMs !== before.mtimeMs || now.ino !== before.ino || now.size !== before.size;
    const isBack = gone;
    // A file that is gone for a moment is being replaced. Who was told of it may have found nothing: it is told when
    // it is back, also when it is the same.
    gone = now.nlink === 0;
    if (gone) told = undefined;
    else if (changed || isBack) void hearAtRest();
  });
  return {
    onChange(heard) {
      tell = heard;
      if (missed !== undefined) heard(missed);
      missed = undefined;
    },
    close() {
      tell = () => {};
      closing.abort();
      unwatchFile(file);
    },
  };
}

/**
 * Resolves once a file that is just being saved is whole; at once when nobody has touched it for a while.
 * A file server whose clock is behind makes it look old: then it is read as it is, and again when it changes.
 */
export async function untilRest(
  file: string,
  rest: () => Promise<unknown> = () => pause(REST),
): Promise<void> {
  const touched = await stat(file).then(
    ({ ctimeMs }) => ctimeMs,
    () => 0,
  );
  if (Date.now() - touched < REST) await stampAtRest(file, rest, new AbortController().signal);
}

/** What tells one state of the file from another, once two looks have seen the same; undefined: it is not there. */
async function stampAtRest(
  file: string,
  rest: () => Promise<unknown>,
  closing: AbortSignal,
): Promise<string | undefined> {
  let seen = await stampOf(file);
  for (let looks = 0; looks < LOOKS; looks++) {
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
