/**
 * Leaves a server that accepts a connection and answers nothing to its first commands. It hangs, and the name that led
 * to it may lead elsewhere by now. One that reads its data back answers, and is waited for.
 */
import { type Cluster, Redis } from 'ioredis';

/** Redis' own limit for a script is 5 s. */
const SILENT_MS = 10_000;

/** To be called once, before the client is connected. @param afterMs without a byte; for tests */
export function leaveSilent(client: Redis | Cluster, afterMs = SILENT_MS): void {
  if (!(client instanceof Redis)) {
    client.on('+node', (node: Redis) => leaveSilent(node, afterMs));
    return;
  }
  client.on('connect', () => {
    const { stream } = client;
    let read = 0;
    const timer = setInterval(() => {
      if (client.stream !== stream || client.status !== 'connect') clearInterval(timer);
      else if (stream.bytesRead === read)
        stream.destroy(new Error('Redis accepts connections and is silent'));
      read = stream.bytesRead;
    }, afterMs).unref();
  });
}
