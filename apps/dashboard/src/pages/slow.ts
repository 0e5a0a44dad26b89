/**
 * A page is there within a second, also while Redis hangs. A question that Redis answers at once goes out beside those
 * of the page, so a page that has much to read is waited for, and only a Redis that answers nothing is called slow.
 */

/** What a page waits for before it says that Redis is slow. */
export const SLOW_REDIS_MS = 900;

/**
 * @param view makes the page
 * @param ping rejects or resolves when Redis has answered
 * @returns undefined when Redis answered neither in time; what `view` rejects with later is dropped
 */
export async function orSlow<T>(
  view: () => Promise<T>,
  ping: () => Promise<unknown>,
  ms = SLOW_REDIS_MS,
): Promise<T | undefined> {
  let hasAnswered = false;
  const answered = (): void => {
    hasAnswered = true;
  };
  void ping().then(answered, answered);
  const shown = view();
  let timer: NodeJS.Timeout | undefined;
  const isSlow = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => {
      // A process that was busy for so long reads what has come in before it judges.
      setImmediate(() => setImmediate(() => resolve(!hasAnswered)));
    }, ms);
  });
  try {
    const first = await Promise.race([shown.then(() => 'shown' as const), isSlow]);
    if (first !== true) return await shown;
    shown.catch(() => {});
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
