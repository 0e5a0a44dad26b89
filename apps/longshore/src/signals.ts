/** SIGTERM and SIGINT stop in order; a second one stops at once. */
export function untilStopped(onSignal: (signal: NodeJS.Signals) => void): Promise<undefined> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = (signal: NodeJS.Signals): void => {
      if (asked) process.exit(1);
      asked = true;
      onSignal(signal);
      resolve(undefined);
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}
