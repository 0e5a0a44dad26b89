/**
 * The way through an HTTP proxy, as the registry's own notifier takes it: `https` targets through a tunnel that
 * is asked for with CONNECT, `http` targets by asking the proxy for the whole url.
 *
 * What the proxy itself answers to a CONNECT is the reason why there is no connection, never the receiver's
 * answer. Source of the two ways: RFC 9112 section 3.2.2, RFC 9110 section 9.3.6.
 */
import type { Socket } from 'node:net';
import { percentDecoded, placeOf } from './target.js';

/** A proxy to connect through. */
export interface HttpProxy {
  /** Whether it is reached by TLS. */
  secure: boolean;
  /** Name or address, without brackets. */
  host: string;
  port: number;
  /** `host:port`, for people. */
  place: string;
  /** `Proxy-Authorization` made from the url's userinfo. */
  authorization?: string;
}

/** What of the proxy's answer is read before it is no HTTP. */
const HEAD_LIMIT = 16 * 1024;

/** @param text an `http://` or `https://` url; undefined means that there is no proxy */
export function proxyOf(text: string | undefined): HttpProxy | undefined {
  if (text === undefined) return undefined;
  const url = new URL(text);
  const userinfo = [url.username, url.password].map(percentDecoded).join(':');
  const authorization = userinfo === ':' ? undefined : `Basic ${Buffer.from(userinfo).toString('base64')}`;
  const secure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = Number(url.port || (secure ? 443 : 80));
  return { secure, host, port, place: placeOf(url), authorization };
}

/** Asks on a connection to the proxy for a tunnel to `place`. `done` is called once; without an error it is there. */
export function askForTunnel(
  socket: Socket,
  proxy: HttpProxy,
  place: string,
  done: (error: Error | null) => void,
): void {
  let head = Buffer.alloc(0);
  const finish = (error: Error | null): void => {
    socket.off('data', onData).off('close', onClose);
    done(error);
  };
  const onClose = (): void => finish(noTunnel('closed the connection', proxy, place));
  const onData = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0 && head.length < HEAD_LIMIT) return;
    const status = /^HTTP\/1\.[01] (\d{3})\b/.exec(head.subarray(0, 20).toString('latin1'))?.[1];
    if (status === undefined || end < 0) finish(noTunnel('does not answer as a proxy', proxy, place));
    else if (!status.startsWith('2')) finish(noTunnel(`answered ${status}`, proxy, place, status));
    else {
      socket.pause();
      const rest = head.subarray(end + 4);
      if (rest.length > 0) socket.unshift(rest);
      finish(null);
    }
  };
  socket.on('data', onData).once('close', onClose);
  const authorization = proxy.authorization ? `Proxy-Authorization: ${proxy.authorization}\r\n` : '';
  socket.write(`CONNECT ${place} HTTP/1.1\r\nHost: ${place}\r\n${authorization}\r\n`);
}

/** With these a proxy says that it cannot reach the receiver, or that the receiver does not answer. */
const TARGET_FAILED: ReadonlySet<string | undefined> = new Set(['502', '503', '504']);

const noTunnel = (what: string, proxy: HttpProxy, place: string, status?: string): Error =>
  proxyError(
    `the proxy ${proxy.place} ${what} when it was asked for ${place}`,
    TARGET_FAILED.has(status) ? 'ERR_PROXY_TARGET' : 'ERR_PROXY_TUNNEL',
  );

/** The attempt's deadline passed before the proxy itself was reached. `timeout` in milliseconds. */
export const proxyTimedOut = ({ place }: HttpProxy, timeout: number): Error =>
  proxyError(`the proxy ${place}: no connection within ${timeout} ms`);

/** An error of the connection to the proxy says so: the receiver is not to blame. */
export function blameProxy(error: Error, { place }: HttpProxy): Error {
  if ('code' in error && (error.code === 'EMFILE' || error.code === 'ENFILE')) return error;
  return proxyError(`the proxy ${place}: ${error.message || (error as NodeJS.ErrnoException).code}`);
}

/** A lack of file descriptors is not the proxy's trouble either. */
const proxyError = (message: string, code = 'ERR_PROXY_TUNNEL'): Error =>
  Object.assign(new Error(message), { code });
