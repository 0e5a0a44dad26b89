/**
 * Runs a step of a write. It rejects when the signal aborts, or when PostgreSQL gives no answer: a server that is stopped
 * or cut off answers nothing, and keeps the connection open.
 */

/** Longer than any statement may take by `statement_timeout`. */
const NO_ANSWER_MS = 20_000;

/** @param work gets a signal that ends what it waits for */
export async function within<Result>(
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
  ms: number = NO_ANSWER_MS,
): Promise<Result> {
  signal.throwIfAborted();
  const ending = new AbortController();
  let end = (_reason: unknown): void => {};
  const ended = new Promise<never>((_, reject) => {
    end = (reason) => {
      ending.abort(reason);
      reject(reason);
    };
  });
  const onAbort = (): void => end(signal.reason);
  signal.addEventListener('abort', onAbort);
  const timer = setTimeout(() => end(new Error(`PostgreSQL gave no answer within ${ms / 1_000} s`)), ms);
  try {
    return await Promise.race([work(ending.signal), ended]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
