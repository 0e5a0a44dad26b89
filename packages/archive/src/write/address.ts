/** Addresses of clients, and how much of them is kept: `archive.addresses`. */
import { isIP } from 'node:net';

/** `network`: the first 24 bits of IPv4, the first 48 of IPv6. */
export type Addresses = 'full' | 'network' | 'none';

/** The address as an `inet` of PostgreSQL; undefined for what is none. @param sent `host:port`, `[host]:port` or `host` */
export function addressIn(sent: string | undefined): string | undefined {
  if (sent === undefined) return undefined;
  const [, bracketed] = /^\[([^\]]+)\](?::\d+)?$/.exec(sent) ?? [];
  const [, beforePort] = /^([^:]+):\d+$/.exec(sent) ?? [];
  const host = (bracketed ?? beforePort ?? sent).split('%', 1)[0] ?? '';
  const mapped = host.replace(/^::ffff:(?=[^:]+$)/i, '');
  if (isIP(mapped) === 4) return mapped;
  return isIP(host) === 0 ? undefined : host;
}

/** An expression of SQL: what is kept of the `inet` that `value` is. */
export function keptAddress(value: string, keep: Addresses): string {
  if (keep === 'none') return 'null::inet';
  if (keep === 'full') return value;
  return `network(set_masklen(${value}, case family(${value}) when 4 then 24 else 48 end))::inet`;
}
