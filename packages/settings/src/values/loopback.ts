import { isIPv4 } from 'node:net';

/** Whether a host is this machine by its own word: `localhost`, 127.0.0.0/8, `::1`. Empty means all addresses. */
export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' || host === '::1' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'))
  );
}
