/** A request as it may be on the disk: verified already, so nothing that proves who sent it is needed again. */
import {
  type OpenedRequest,
  type RawRequest,
  storableBody,
  storableHeaders,
  withoutToken,
} from '@longshore/sources';
import type { SpooledRequest } from '@longshore/spool';

/** What its source needs to read it again: no signature, no token, no query, no header that may hold a secret. */
export function withoutCredentials(
  { source, kind }: Pick<OpenedRequest, 'source' | 'kind'>,
  raw: RawRequest,
): SpooledRequest {
  const { method, path, headers, receivedAt, body } = raw;
  return {
    ...{ source, kind, method, receivedAt },
    path: withoutToken(path, [source]),
    headers: storableHeaders(headers),
    body: storableBody(kind, body),
  };
}
