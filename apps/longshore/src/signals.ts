/** SIGTERM and SIGINT (Ctrl-C) stop in order; a second signal ends the process at once. */
import type { Surroundings } from './shell.js';

type Signals = Surroundings['signals'];

function onStop(signals: Signals, stop: (signal: NodeJS.Signals) => void): () => void {
  let stopping = false;
  const listener = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    stopping = true;
    stop(signal);
  };
  signals.on('SIGTERM', listener).on('SIGINT', listener);
  return () => void signals.off('SIGTERM', listener).off('SIGINT', listener);
}

/** Resolves with the first signal, after `onSignal`. */
export const untilStopped = (
  signals: Signals,
  onSignal: (signal: NodeJS.Signals) => void,
): Promise<undefined> =>
  new Promise((resolve) => {
    onStop(signals, (signal) => {
      onSignal(signal);
      resolve(undefined);
    });
  });

/** Runs something that the first signal aborts; its result is still awaited. */
export async function interruptible<T>(
  signals: Signals,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const release = onStop(signals, () => stop.abort());
  try {
    return await run(stop.signal);
  } finally {
    release();
  }
}
