import type { RedisClient } from '@longshore/queue';

/** Resolves when the client is connected, or after `ms`. */
export function untilReady(client: RedisClient, ms: number): Promise<void> {
  if (client.status === 'ready') return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      client.off('ready', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    client.on('ready', end);
  });
}
