/** What waits for the archive: a comparison must not take it for lost. */
import { ARCHIVE_ENDPOINT } from '@longshore/config';
import type { RedisClient } from '@longshore/queue';
import { createPulseReader } from '@longshore/queue/pulse';

/** Epoch milliseconds when ingest took the oldest event that waits. Rejects with LongshoreError QUEUE_UNAVAILABLE. */
export function createPendingSince(client: RedisClient, prefix: string): () => Promise<number | undefined> {
  const pulses = createPulseReader(client, prefix);
  return async () => (await pulses.read([ARCHIVE_ENDPOINT]))[0]?.oldestAt;
}
