/** A connection for requests that no HTTP client makes: half a body, two requests at once, nothing after the head. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { atTestEnd } from './cleanup.js';

/** An open connection. It ends with the test. */
export interface RawConnection {
  write(bytes: string | Uint8Array): void;
  /** Closes it as a sender that goes away. */
  destroy(): void;
  /** All that has come back, as Latin-1. */
  received(): string;
  isClosed(): boolean;
}

/** Connects to a port of this machine and writes. */
export async function openConnection(port: number, begun: string | Uint8Array = ''): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  let isClosed = false;
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk;
  });
  socket.on('close', () => {
    isClosed = true;
  });
  // A refusal may come, and the connection go, while something is under way still.
  socket.on('error', () => {});
  atTestEnd(() => socket.destroy());
  await once(socket, 'connect');
  socket.write(begun);
  return {
    write: (bytes) => {
      if (socket.writable) socket.write(bytes);
    },
    destroy: () => void socket.destroy(),
    received: () => text,
    isClosed: () => isClosed,
  };
}

/** The head of a POST, with an empty line at its end. */
export function postHead(path: string, ...headers: string[]): string {
  return [`POST ${path} HTTP/1.1`, 'Host: test', ...headers, '', ''].join('\r\n');
}
