/**
 * Hears at once that an endpoint has something to take. Only an accelerator: what is missed is found by the next look
 * at the agenda, a second later. One connection for each process; a Redis Cluster's client opens its own.
 */
import { ignore } from '@longshore/event';
import { Redis } from 'ioredis';
import { masters, type RedisClient } from '../connection.js';
import { leaveSilent } from '../silent.js';
import { wakeChannel } from './agenda.js';

/** A subscription. */
export interface Wakes {
  /** Asks for an answer on its connection; never rejects. */
  check(): void;
  /** Since when an answer is missing, on the clock of `performance.now()`; undefined: none is. */
  missingSince(): number | undefined;
  /** Opens the connection again. */
  reopen(): void;
  close(): void;
}

/** Begins at once; never rejects. @param onError hears why Redis refuses the subscription */
export function listenForWakes(
  client: RedisClient,
  prefix: string,
  onWake: (endpoint: string) => void,
  onReady: () => void,
  onError: (error: Error) => void,
): Wakes {
  const channel = wakeChannel(prefix);
  const subscriber = client instanceof Redis ? client.duplicate() : client;
  let missing: number | undefined;
  const onMessage = (on: string, endpoint: string): void => {
    if (on === channel) onWake(endpoint);
  };
  subscriber.on('message', onMessage);
  // The client's own listener has heard it; without one here an error event would end the process.
  if (subscriber !== client) {
    subscriber.on('error', () => {});
    leaveSilent(subscriber);
  }
  // What came before, or while the connection was away, was not heard.
  subscriber.subscribe(channel).then(onReady, onError);
  subscriber.on('ready', onReady);
  const reopen = (): void => {
    missing = undefined;
    for (const { stream } of masters(subscriber)) stream?.destroy();
  };
  return {
    check() {
      if (subscriber === client || missing !== undefined) return;
      missing = performance.now();
      subscriber
        .ping()
        .catch(ignore('queue.wake'))
        .finally(() => {
          missing = undefined;
        });
    },
    missingSince: () => (subscriber.status === 'ready' ? missing : undefined),
    reopen,
    close() {
      subscriber.off('message', onMessage);
      subscriber.off('ready', onReady);
      if (subscriber === client) client.unsubscribe(channel).catch(ignore('queue.wake'));
      else subscriber.disconnect();
    },
  };
}
