/** For what an operator asks of Redis: fails at once while it is away, and in our words. */
import { isReady, type RedisClient } from './connection.js';
import { notConnected, refusal } from './refusal.js';

/** @throws LongshoreError QUEUE_UNAVAILABLE, QUEUE_FULL, and those of `ask` itself */
export async function asking<T>(client: RedisClient, ask: () => Promise<T>): Promise<T> {
  if (!isReady(client)) throw notConnected(client);
  try {
    return await ask();
  } catch (error) {
    throw refusal(error, client);
  }
}
