/** The errors with which a body is refused. Their messages go to the sender. */
import { LongshoreError } from '@longshore/event';

/** @param limit `ingest.maxbody` in bytes */
export function tooLarge(limit: number): LongshoreError {
  return new LongshoreError(
    'SOURCE_TOO_LARGE',
    `the body is larger than ingest.maxbody (${limit} bytes); raise ingest.maxbody`,
  );
}

/** @param ratio the most that a body may inflate to, as a multiple of its size */
export function tooDense(ratio: number): LongshoreError {
  return new LongshoreError(
    'SOURCE_RATIO',
    `the compressed body inflates to more than ${ratio} times its size; send it uncompressed`,
  );
}

/** The budget of the process has no room for the body. */
export function busy(): LongshoreError {
  return new LongshoreError(
    'SOURCE_BUSY',
    'the bodies in flight take ingest.maxinflight; send the request again, or raise ingest.maxinflight',
  );
}

/** The connection ended before the body did. */
export function brokenOff(cause?: Error): LongshoreError {
  const why = cause?.message ?? 'the connection was closed';
  return new LongshoreError('SOURCE_BODY', `the body did not arrive whole: ${why}`, { cause });
}
