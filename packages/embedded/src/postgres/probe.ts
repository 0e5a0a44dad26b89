/** Whether a PostgreSQL accepts connections at a unix socket: the first message of its protocol, and no more. */
import { connect } from 'node:net';
import { join } from 'node:path';

/** The port names the file of the socket; nothing listens on TCP. */
export const PORT = 5432;

/** Superuser of the embedded PostgreSQL, and of those of tests. */
export const ROLE = 'longshore';

const PROTOCOL_3_0 = 196_608;
const TIMEOUT_MS = 2_000;

/** SQLSTATE of a server that starts up, recovers or shuts down. */
const CANNOT_CONNECT_NOW = '57P03';

/** What is at the socket in `folder`: it takes connections, it is starting or ending, or there is no answer. */
export function probe(folder: string, timeout = TIMEOUT_MS): Promise<'ready' | 'busy' | 'silent'> {
  return new Promise((resolve) => {
    const socket = connect(socketFile(folder));
    const settle = (state: 'ready' | 'busy' | 'silent') => {
      clearTimeout(timer);
      socket.destroy();
      resolve(state);
    };
    const timer = setTimeout(() => settle('silent'), timeout);
    let received = '';
    socket.setEncoding('latin1');
    socket.on('error', () => settle('silent'));
    socket.on('close', () => settle('silent'));
    socket.on('data', (text) => {
      received += text;
      // `R` asks for a password or not; `E` lists fields, each one letter and a text that ends in zero.
      if (received.startsWith('R')) settle('ready');
      else if (received.includes('\0\0'))
        settle(received.includes(`C${CANNOT_CONNECT_NOW}\0`) ? 'busy' : 'ready');
    });
    socket.write(startupMessage());
  });
}

/** The socket in a folder, as libpq names it. */
export function socketFile(folder: string): string {
  return join(folder, `.s.PGSQL.${PORT}`);
}

function startupMessage(): Buffer {
  const parameters = Buffer.from(`user\0${ROLE}\0database\0postgres\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + parameters.length, 0);
  head.writeInt32BE(PROTOCOL_3_0, 4);
  return Buffer.concat([head, parameters]);
}
