/** A vitest `test` with a prefix of its own in the shared Redis and clients that are closed at its end. */
import { redisUrl, testPrefix } from '@longshore/testkit';
import { test } from 'vitest';
import { connect, type Profile, type RedisAddress, type RedisClient } from '../connection.js';
import type { Consumer } from '../consumer.js';

interface Fixtures {
  prefix: string;
  /** Connects and waits until the client is ready, unless `ready` is false. */
  open(profile: Profile, address?: RedisAddress, options?: { ready: boolean }): Promise<RedisClient>;
  /** Closes a consumer before its client. */
  closing(consumer: Consumer): Consumer;
}

export const redisTest = test.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the fixtures' names from the pattern
  prefix: async ({}, use) => {
    await use(testPrefix());
  },
  // biome-ignore lint/correctness/noEmptyPattern: see above
  open: async ({}, use) => {
    const clients: RedisClient[] = [];
    await use(async (profile, address, { ready } = { ready: true }) => {
      const client = connect(address ?? { url: redisUrl() }, profile, () => {});
      clients.push(client);
      if (ready && client.status !== 'ready') await new Promise((resolve) => client.once('ready', resolve));
      return client;
    });
    for (const client of clients) client.disconnect();
  },
  // Depends on `open`, so that it is torn down first.
  closing: async ({ open: _open }, use) => {
    const consumers: Consumer[] = [];
    await use((consumer) => {
      consumers.push(consumer);
      return consumer;
    });
    await Promise.all(consumers.map((consumer) => consumer.close(0)));
  },
});
