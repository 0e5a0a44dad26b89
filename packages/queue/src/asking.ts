/** For what an operator asks of Redis: fails at once while it is away, and in our words. */
import { LongshoreError } from '@longshore/event';
import { isReady, type RedisClient } from './connection.js';
import { refusal, unavailable } from './refusal.js';

/** @throws LongshoreError QUEUE_UNAVAILABLE, QUEUE_FULL, and those of `ask` itself */
export async function asking<T>(client: RedisClient, ask: () => Promise<T>): Promise<T> {
  if (!isReady(client)) throw unavailable('not connected');
  try {
    return await ask();
  } catch (error) {
    throw error instanceof LongshoreError ? error : refusal(error);
  }
}
