/** Waits for what comes back by itself: PostgreSQL, Redis, and room in it. */
import { setTimeout as pause } from 'node:timers/promises';
import { type ErrorCode, LongshoreError } from '@longshore/event';

const RETRY_AFTER_MS = 500;

const TEMPORARY: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'QUEUE_UNAVAILABLE',
  'QUEUE_FULL',
  'QUEUE_UNSAFE',
  'ARCHIVE_UNAVAILABLE',
]);

/** The signal ended it. */
export class Stopped extends Error {}

/**
 * Does it again until it succeeds.
 * @param waits hears why it waits, and an empty text when it does not any longer
 * @throws Stopped when the signal aborts, and the errors that do not pass by themselves
 */
export async function patiently<T>(
  act: () => Promise<T>,
  { signal, waits }: { signal?: AbortSignal; waits(reason: string): void },
): Promise<T> {
  for (;;) {
    if (signal?.aborted) throw new Stopped();
    try {
      const result = await act();
      waits('');
      return result;
    } catch (error) {
      if (!(error instanceof LongshoreError) || !TEMPORARY.has(error.code)) throw error;
      waits(error.message);
    }
    await pause(RETRY_AFTER_MS, undefined, { signal }).catch(() => {});
  }
}
