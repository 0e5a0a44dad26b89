/** The Sentinels of a primary: whether each answers, and whether they are enough to replace it. */
import { Redis, type RedisOptions } from 'ioredis';
import type { RedisClient } from '../connection.js';

/** What one Sentinel says. */
export interface SentinelFacts {
  /** `host:port`. */
  node: string;
  /** In its own words; absent when all is well. `NOQUORUM …`: they could not replace the primary. */
  problem?: string;
  /** It was reached. */
  answers: boolean;
}

/** Never rejects. @param timeout milliseconds for each @returns undefined where Redis has no Sentinels */
export async function examineSentinels(
  client: RedisClient,
  timeout: number,
): Promise<SentinelFacts[] | undefined> {
  if (!(client instanceof Redis)) return undefined;
  const { sentinels, name, sentinelUsername, sentinelPassword, sentinelTLS } = client.options;
  if (!sentinels?.length || !name) return undefined;
  const shared: RedisOptions = {
    ...(sentinelUsername && { username: sentinelUsername }),
    ...(sentinelPassword && { password: sentinelPassword }),
    ...(sentinelTLS && { tls: sentinelTLS }),
    ...{ lazyConnect: true, connectTimeout: timeout, commandTimeout: timeout, retryStrategy: () => null },
  };
  return Promise.all(
    sentinels.map(({ host = '127.0.0.1', port = 26_379 }) => ask({ ...shared, host, port }, name)),
  );
}

async function ask(options: RedisOptions, name: string): Promise<SentinelFacts> {
  const node = `${options.host}:${options.port}`;
  const sentinel = new Redis(options);
  let last: Error | undefined;
  // ioredis prints errors that are not heard, and rejects with less than they say.
  sentinel.on('error', (error: Error) => {
    last = error;
  });
  try {
    await sentinel.connect();
  } catch (error) {
    return { node, answers: false, problem: wordsOf(last ?? error) };
  }
  try {
    await sentinel.call('SENTINEL', 'CKQUORUM', name);
    return { node, answers: true };
  } catch (error) {
    return { node, answers: true, problem: wordsOf(error) };
  } finally {
    sentinel.disconnect();
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
