/**
 * Reports that the configuration may have changed: on SIGHUP, or when its file or one that it names does (a secret, a
 * certificate). A file is polled once a second
 * instead of watched: this also sees a Kubernetes ConfigMap, whose file is a link that is swapped, and files on network
 * drives. A change is reported once the file is stable, on SIGHUP too: an editor that saves in place empties the file
 * first, and an empty or half configuration may be a valid one, without endpoints.
 *
 * It listens from the first moment, so that a SIGHUP never ends the process. What happens before `onChange` is reported
 * by it, and what happens after `close` is ignored.
 */
import { type Stats, type StatsListener, unwatchFile, watchFile } from 'node:fs';
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
  /** The files that the configuration in force names, in place of those before. */
  follow(files: readonly string[]): void;
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
  const closing = new AbortController();
  const watched = (path: string) =>
    new WatchedFile(path, rest, closing.signal, () => changed(`${path} has changed`));
  const config = watched(file);
  const others = new Map<string, WatchedFile>();
  // Reported even if the file is the same: what is in the environment of a `env:NAME` may have changed.
  signals.on('SIGHUP', async () => {
    if (closing.signal.aborted) return;
    await config.settle();
    changed('SIGHUP');
  });
  return {
    onChange(listener) {
      report = listener;
      if (missed !== undefined) listener(missed);
      missed = undefined;
    },
    follow(files) {
      const wanted = new Set(files.filter((path) => path !== file));
      for (const [path, other] of others) {
        if (wanted.has(path)) continue;
        other.close();
        others.delete(path);
      }
      if (closing.signal.aborted) return;
      for (const path of wanted) if (!others.has(path)) others.set(path, watched(path));
    },
    close() {
      report = () => {};
      closing.abort();
      config.close();
      for (const other of others.values()) other.close();
    },
  };
}

/** One file: its changes, each once the file is whole. */
class WatchedFile {
  /** The state of the file that was reported last; undefined when another one may be in force. */
  #reported: string | undefined;
  #isWaiting = false;
  #isGone = false;
  readonly #listener: StatsListener;

  constructor(
    private readonly path: string,
    private readonly rest: () => Promise<unknown>,
    private readonly closing: AbortSignal,
    private readonly changed: () => void,
  ) {
    this.#listener = (now, before) => this.#seen(now, before);
    watchFile(path, { interval: POLL_INTERVAL_MS }, this.#listener);
  }

  /** Resolves once the file is whole; its state then counts as reported. */
  async settle(): Promise<void> {
    this.#reported = undefined;
    this.#reported = await stableStamp(this.path, this.rest, this.closing);
  }

  close(): void {
    unwatchFile(this.path, this.#listener);
  }

  #seen(now: Stats, before: Stats): void {
    const isChanged = now.mtimeMs !== before.mtimeMs || now.ino !== before.ino || now.size !== before.size;
    const isBack = this.#isGone;
    // A file that is missing for a moment is being replaced. A reader may have found nothing, so it is reported when it
    // is back, even if it is the same.
    this.#isGone = now.nlink === 0;
    if (this.#isGone) this.#reported = undefined;
    else if (isChanged || isBack) void this.#reportOnceStable();
  }

  async #reportOnceStable(): Promise<void> {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    const stamp = await stableStamp(this.path, this.rest, this.closing);
    this.#isWaiting = false;
    const isNew = stamp !== undefined && stamp !== this.#reported;
    this.#reported = stamp;
    if (isNew) this.changed();
  }
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
