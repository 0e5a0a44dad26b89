/** The user whom a trusted proxy has signed in, by its headers. */
import type { IncomingMessage } from 'node:http';
import { LongshoreError } from '@longshore/event';
import type { AccessSettings } from './settings.js';
import type { GroupUser } from './user.js';

/** Characters of a name. */
const MAX_NAME_LENGTH = 200;

/**
 * Undefined when the request is not the proxy's, or has no user.
 * @throws LongshoreError REQUEST_UNAUTHORIZED when the proxy sends a header twice, or a name that cannot be one
 */
export function proxyUser(request: IncomingMessage, proxy: AccessSettings['proxy']): GroupUser | undefined {
  if (!proxy?.isProxy(request.socket.remoteAddress)) return undefined;
  const name = single(request, proxy.header);
  if (name === undefined || name === '') return undefined;
  if (name.length > MAX_NAME_LENGTH || /\p{C}/u.test(name)) {
    throw unclear(`${proxy.header} is longer than ${MAX_NAME_LENGTH} characters or has control characters`);
  }
  const groups = (single(request, proxy.groups) ?? '').split(',').map((group) => group.trim());
  return { name, groups: groups.filter((group) => group !== '') };
}

/** A client that sends the header too would have its value beside the proxy's. */
function single({ headersDistinct }: IncomingMessage, name: string): string | undefined {
  const values = headersDistinct[name] ?? [];
  if (values.length > 1) throw unclear(`${name} was sent ${values.length} times`);
  const [value] = values;
  // Node reads the bytes of a header as Latin-1; names beyond ASCII come as UTF-8.
  return value === undefined ? undefined : Buffer.from(value, 'latin1').toString('utf8').trim();
}

const unclear = (fault: string): LongshoreError =>
  new LongshoreError(
    'REQUEST_UNAUTHORIZED',
    `the proxy’s header ${fault}; the proxy must remove the headers of dashboard.auth.proxy from what clients send`,
  );
