/**
 * Waits for a state. The time-out message says what it last saw.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

/** How long and how often to look. */
export interface EventuallyOptions {
  /** Milliseconds until it gives up. */
  timeout?: number;
  /** Milliseconds between two looks. */
  every?: number;
  /** What is waited for, for the message. */
  what?: string;
}

/**
 * Looks until `until` holds for what `probe` returns, and resolves with that. Without `until`: until it is truthy.
 * A probe that throws has seen its error and looks again. Rejects after `timeout` (90 s) with what it saw last.
 */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  until: (seen: T) => boolean = Boolean,
  { timeout = 90_000, every = 20, what = 'a state' }: EventuallyOptions = {},
): Promise<T> {
  const started = Date.now();
  for (;;) {
    const { seen, error } = await look(probe);
    if (error === undefined && until(seen as T)) return seen as T;
    if (Date.now() - started >= timeout) {
      const last = inspect(error ?? seen, { depth: 4, breakLength: 100 });
      throw new Error(`waited ${timeout} ms for ${what}; last seen: ${last}`, { cause: error });
    }
    await delay(every);
  }
}

async function look<T>(probe: () => T | Promise<T>): Promise<{ seen?: T; error?: unknown }> {
  try {
    return { seen: await probe() };
  } catch (error) {
    return { error: error ?? new Error('the probe threw nothing') };
  }
}
