/** Redis' and ioredis' errors in our words: what the sender reads in a 503 and the operator in the log. */
import { LongshoreError } from '@longshore/event';

/** Redis did not answer, or not in time: the sender is told to send again. */
export const unavailable = (reason: string, cause?: unknown): LongshoreError =>
  new LongshoreError('QUEUE_UNAVAILABLE', `Redis is away (${reason}); send the same request again`, {
    cause,
  });

/** What a failed command comes to for whoever sent the request. */
export function refusal(error: unknown): LongshoreError {
  const message = error instanceof Error ? error.message : String(error);
  if (/\bOOM\b/.test(message)) {
    return new LongshoreError(
      'QUEUE_FULL',
      'Redis has reached its maxmemory; send the same request again when workers have drained',
      { cause: error },
    );
  }
  return unavailable(message, error);
}
