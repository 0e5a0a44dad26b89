import type { Surroundings } from './shell.js';

/** SIGTERM and SIGINT stop in order; a second one stops at once. */
export function untilStopped(
  signals: Surroundings['signals'],
  onSignal: (signal: NodeJS.Signals) => void,
): Promise<undefined> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = (signal: NodeJS.Signals): void => {
      if (asked) process.exit(1);
      asked = true;
      onSignal(signal);
      resolve(undefined);
    };
    signals.on('SIGTERM', stop);
    signals.on('SIGINT', stop);
  });
}
