/**
 * Whether something comes in time, without judging the machine: a process that gets no processor for a second has
 * not waited for that second. So time is counted in short waits, and a long pause of all of it is one of them.
 */
import { setTimeout as delay } from 'node:timers/promises';

const STEP_MS = 10;

/** What `promise` comes to, settled within about `ms` milliseconds in which this process ran. Rejects when it does not. */
export async function inTime<T>(promise: Promise<T>, ms: number): Promise<T> {
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  promise.then(settle, settle);
  for (let waited = 0; waited < ms && !settled; waited += STEP_MS) await delay(STEP_MS);
  if (!settled) throw new Error(`it has not come within ${ms} ms`);
  return promise;
}
