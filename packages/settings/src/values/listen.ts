/** Where a listener listens: `127.0.0.1:5080`, `:5080`, `[::1]:0`, `localhost:5080`. */
import { isIPv4, isIPv6 } from 'node:net';

/** An address to listen on. */
export interface Listen {
  /** An address or a name without brackets; empty means all addresses. */
  host: string;
  /** 0: a free one. */
  port: number;
}

const HOST_NAME = /^(?!-)[a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)*\.?$/;

/** The address, or an error message. */
export function parseListen(text: string): Listen | string {
  if (/^\d+$/.test(text))
    return `needs a host and a port; write 127.0.0.1:${text}, or :${text} for all addresses`;
  const [, bracketed, bare = '', digits = ''] = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? [];
  if (digits === '') return 'must be host:port, such as 127.0.0.1:5080, :5080 or [::1]:5080';
  const port = Number(digits);
  if (port > 65_535) return 'has a port over 65535';
  if (bracketed !== undefined) {
    return isIPv6(bracketed) ? { host: bracketed, port } : 'has brackets without an IPv6 address';
  }
  const numeric = /^[\d.]+$/.test(bare);
  if (bare !== '' && (numeric ? !isIPv4(bare) : !HOST_NAME.test(bare))) return 'has an invalid host';
  return { host: bare, port };
}

/** `host:port`, with brackets around an IPv6 address. */
export function formatListen({ host, port }: Listen): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
