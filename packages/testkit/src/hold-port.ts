/**
 * Keeps a port while the server that it belongs to is down. A port that is let go can be given to the next process
 * that asks for any free one: then the server cannot come back, and somebody else gets what was meant for it.
 *
 * Meanwhile it is the local port of a connection between two sockets of this process: nobody listens there, so
 * connecting is refused as to a server that is down. Whoever asks for this very port can still have it.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

/** Holds a port of 127.0.0.1 that was free a moment ago. Resolves with what lets go of it, which may be called twice. */
export async function holdPort(port: number): Promise<() => Promise<void>> {
  const peer = createServer((socket) => socket.on('error', () => {}));
  peer.listen(0, '127.0.0.1');
  await once(peer, 'listening');
  const to = (peer.address() as AddressInfo).port;
  const local = { localAddress: '127.0.0.1', localPort: port };
  const holder = connect({ host: '127.0.0.1', port: to, ...local });
  // Taken in that moment: whoever starts the server again is told.
  await once(holder, 'connect').catch(() => {});
  holder.on('error', () => {});
  return async () => {
    peer.close();
    if (holder.destroyed) return;
    const closed = once(holder, 'close');
    holder.resetAndDestroy();
    await closed;
  };
}
