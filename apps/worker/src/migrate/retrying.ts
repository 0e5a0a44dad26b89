/** Asks a registry again while it asks for time, and a few times after a failure that may pass. */
import { setTimeout as pause } from 'node:timers/promises';
import { RegistryError } from '@longshore/registry-client';

/** Failures in a row. */
export const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 1_000;
/** A registry that asks for time and does not say how much. */
const RATE_PAUSE_MS = 30_000;

/** Milliseconds before attempt `number` + 1. */
export const backoff = (number: number): number => FIRST_PAUSE_MS * 2 ** (number - 1);

/** Rejects with the last `RegistryError`, and at once with one that a retry cannot end. */
export async function retrying<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let number = 1; ; ) {
    try {
      return await ask();
    } catch (error) {
      const isRegistrys = error instanceof RegistryError && error.retryable && error.kind !== 'aborted';
      if (!isRegistrys || signal.aborted) throw error;
      if (error.kind === 'rate_limited') {
        await pause(Math.max(0, (error.notBefore ?? Date.now() + RATE_PAUSE_MS) - Date.now()), undefined, {
          signal,
        });
      } else if (number >= ATTEMPTS) {
        throw error;
      } else {
        await pause(backoff(number++), undefined, { signal });
      }
    }
  }
}

/** What is absent is an answer, and no other error is. For `.catch`. */
export function unlessMissing(error: unknown): undefined {
  if (error instanceof RegistryError && error.kind === 'not_found') return undefined;
  throw error;
}
