/**
 * Ingest without its listener, for requests that were kept: what quarantine holds is read by the sources and rules
 * of the live configuration and taken like a request that comes in. It runs in any process in which an operator works.
 */

import type { Config } from '@longshore/config';
import type { HistoryWriter } from '@longshore/event';
import { createPublish } from '@longshore/publish';
import type { Monitor, RedisClient } from '@longshore/queue';
import { createProducer, createReplication } from '@longshore/queue/producer';
import { createQuarantine, quarantineLimits } from '@longshore/queue/quarantine';
import type { RawRequest } from '@longshore/sources';
import { createCurrent } from './current.js';
import { createTake, reopen, type TakingObserver } from './pipeline.js';
import type { Taken } from './receipt.js';

/** What replaying is given by the process that it runs in. */
export interface ReplayParts {
  config(): Config;
  /** Of the producer profile: fails fast. */
  client: RedisClient;
  monitor: Monitor;
  observer: TakingObserver;
  trail: HistoryWriter;
}

/** Processes stored requests again. */
export interface Replayer {
  /**
   * Resolves when all of it is durable.
   * @param source name of the source that it came through
   * @param as kind of source to read it as; that of its source unless given
   * @throws LongshoreError QUEUE_UNAVAILABLE, QUEUE_FULL
   */
  replay(source: string, raw: RawRequest, as?: string): Promise<Taken>;
  /** As that of ingest: checks first, and returns what puts the configuration to work. */
  prepare(config: Config): () => void;
  close(): Promise<void>;
}

const NOTHING: Taken = { accepted: 0, enqueued: 0, duplicates: 0, ignored: 0, kept: [] };

/** See the header. */
export function createReplayer({ config, client, monitor, observer, trail }: ReplayParts): Replayer {
  const { prefix } = config().redis;
  const producer = createProducer(client, prefix);
  const quarantine = createQuarantine(client, prefix, () => quarantineLimits(monitor.health.limit));
  const current = createCurrent(config());
  const publish = createPublish({ room: monitor, producer, history: trail, observer });
  const replication = createReplication(client, prefix, () => config().redis.wait);
  const take = createTake({ publish, routes: current.routes, quarantine, replication, observer, trail });
  return {
    async replay(source, raw, as) {
      return (await take(await reopen(current.sources(), source, raw, as))).taken ?? NOTHING;
    },
    prepare: current.prepare,
    close: producer.close,
  };
}
