/** Accepted host names of a listener: `relay.example.com`, `10.0.0.5`, `[fd00::1]`. */
import { isIPv6 } from 'node:net';
import { textOf } from './scalars.js';
import { value } from './setting.js';

/** One name or address, as a browser writes it into `Host`. */
const HOST = /^(?:\[[\da-f:.]+\]|[^\s/:@?#[\]\\%*,]+)$/i;

/** As browsers send it (lower case, punycode, the shortest form of an address), or an error message. */
export function parseHostName(text: string): string | { fault: string } {
  const host = isIPv6(text) ? `[${text}]` : text;
  if (text.includes('*')) return { fault: 'has a wildcard; write each host name out' };
  if (text.includes('://')) return { fault: 'is a url; write its host name only' };
  if (/\]?:\d*$/.test(host) && !host.endsWith(']'))
    return { fault: 'has a port; write the host name only, it matches every port' };
  if (!HOST.test(host) || !URL.canParse(`http://${host}`)) return { fault: 'is not a host name or address' };
  return new URL(`http://${host}`).hostname.replace(/\.$/, '');
}

/** An accepted host name of a listener. */
export const hostName = () =>
  value<string>({
    words: 'host name',
    json: { type: 'string', pattern: '^[^\\s/@*]+$' },
    read(scalar, refuse) {
      const host = parseHostName(textOf(scalar).trim());
      return typeof host === 'string' ? host : refuse(host.fault);
    },
    print: (host) => host,
  });
