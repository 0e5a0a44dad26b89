/** Where the listeners of a relay on this machine are. */
import type { Listen } from '@longshore/config';

/** Url without a path; undefined where the port is chosen at each start. */
export function urlOf({ host, port }: Listen): string | undefined {
  if (port === 0) return undefined;
  const isAny = host === '0.0.0.0' || host === '::' || host === '';
  const name = isAny ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
