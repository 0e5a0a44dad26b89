/**
 * The errors with which a request is refused. Their messages go to the sender, so they name paths, sources
 * and settings, and nothing of a secret.
 */
import { LongshoreError } from '@longshore/event';
import { withoutToken } from './paths.js';
import type { RequestHead } from './port.js';

/** @param paths the paths that there are. */
export function unknownPath(head: RequestHead, paths: readonly string[]): LongshoreError {
  const message = `no source listens on ${withoutToken(head.path, paths)}. Post to one of: ${paths.join(', ')}`;
  return new LongshoreError('SOURCE_UNKNOWN', message);
}

/** For a path that there is. */
export function wrongMethod({ method, path }: RequestHead, paths: readonly string[]): LongshoreError {
  return new LongshoreError(
    'SOURCE_METHOD',
    `${withoutToken(path, paths)} does not take ${method}. Webhooks are posted: use POST`,
  );
}

/** @param place the source or path whose secret the request does not hold. */
export function unauthorized(place: string): LongshoreError {
  const step = 'Compare what the sender sends with `auth` in Longshore’s configuration';
  return new LongshoreError('SOURCE_UNAUTHORIZED', `no or wrong credentials for ${place}. ${step}`);
}
