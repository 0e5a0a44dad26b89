/** One request over a connection of its own, and what came back. */
import { connect } from 'node:net';

/**
 * @param limit ms after which the sender gives up
 * @param broken it is no whole request: the writing side is closed after it, as by a sender that went away
 * @returns the status, or why there is none: `late` after `limit`, else the end of the connection
 */
export function exchange(port, limit, { bytes, broken }) {
  return new Promise((resolve) => {
    const started = performance.now();
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    const done = (missing) => {
      clearTimeout(timer);
      socket.destroy();
      const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(answer) ?? [];
      resolve({ status: Number(status) || undefined, missing, ms: performance.now() - started });
    };
    const timer = setTimeout(() => done('late'), limit);
    socket.on('connect', () => {
      socket.write(bytes);
      if (broken) socket.end();
    });
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1', 0, 64);
    });
    socket.on('error', (error) => done(error.code ?? error.message));
    socket.on('close', () => done('closed'));
  });
}
