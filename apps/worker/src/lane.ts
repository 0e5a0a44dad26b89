/** One endpoint of the worker: its consumer, and the sink that its attempts use. Both can be replaced while deliveries flow. */
import type { Config } from '@longshore/config';
import { ignore } from '@longshore/event';
import type { RedisClient } from '@longshore/queue';
import type { Consumer, createTakeLoop } from '@longshore/queue/consumer';
import { createHoldSwitch } from '@longshore/queue/hold';
import { createBatchPipeline } from './batch.js';
import { recordHold } from './hold-report.js';
import { createDeliveryPipeline, type LiveEndpoint } from './pipeline.js';
import type { Prepared } from './prepared.js';
import type { ReportParts } from './report.js';
import { recordSuperseded } from './superseded-report.js';
import { takeSettings } from './take-settings.js';
import { createUnreadable } from './unreadable.js';

/** The loop that takes for all lanes. */
export type TakeLoop = ReturnType<typeof createTakeLoop>;

/** What a lane is opened with. */
export interface LaneParts extends Pick<ReportParts, 'observer' | 'trail'> {
  loop: TakeLoop;
  /** Waits for Redis. */
  client: RedisClient;
  /** Hears every error of the queues, for `/readyz`. */
  onRedisError?(error: Error): void;
}

/** An error of Redis repeats with every command. */
const LOG_INTERVAL_MS = 10_000;

/** See the header. */
export interface Lane {
  /** What the sink and the consumer were made from; a difference means a change. */
  readonly fingerprint: string;
  /** Takes over changed settings. @returns when the sink that was replaced has ended */
  change(next: Prepared, config: Config): Promise<void>;
  /** Stops taking, and ends within `grace` milliseconds and the time of its sink. */
  close(grace: number): Promise<void>;
}

/** Begins to take deliveries at once; never fails. */
export function openLane(parts: LaneParts, first: Prepared, config: Config): Lane {
  let prepared = first;
  let live = liveEndpoint(first);
  const holds = createHoldSwitch(parts.client, config.redis.prefix);
  const consumer = serve(parts, first, config, () => live);
  return {
    get fingerprint() {
      return prepared.fingerprint;
    },
    async change(next, now) {
      const { attempts, sink } = live;
      const isMoved = urlOf(prepared) !== urlOf(next);
      prepared = next;
      live = liveEndpoint(next);
      consumer.update({ take: takeSettings(next.endpoint), delivered: now.retention.delivered });
      // Best effort: the next look finds a url that is new to the hold by itself.
      if (isMoved) holds.probe(next.endpoint.name).catch(ignore('worker.hold'));
      await Promise.all(attempts);
      await sink.close();
    },
    async close(grace) {
      await consumer.close(grace);
      await live.sink.close();
    },
  };
}

const urlOf = ({ endpoint }: Prepared): string | undefined =>
  'url' in endpoint ? endpoint.url.reveal() : undefined;

const liveEndpoint = (prepared: Prepared): LiveEndpoint => ({ ...prepared.open(), attempts: new Set() });

function serve(
  { loop, observer, trail, onRedisError }: LaneParts,
  { endpoint, report }: Prepared,
  config: Config,
  live: () => LiveEndpoint,
): Consumer {
  const { name } = endpoint;
  const handle = createDeliveryPipeline(live, report);
  return loop.serve({
    endpoint: name,
    take: takeSettings(endpoint),
    delivered: config.retention.delivered,
    handle,
    handleBatch: createBatchPipeline(live, report, handle),
    unreadable: createUnreadable(name, { observer, trail }),
    onError(err) {
      onRedisError?.(err);
      observer.throttledLog(`queue ${name}`, LOG_INTERVAL_MS).warn({ endpoint: name, err }, 'queue error');
    },
    onReport(event) {
      recordHold(observer, name, event);
      recordSuperseded({ observer, trail }, name, event);
    },
    onStalled(deliveryId) {
      trail.note({ step: 'stalled', at: Date.now(), endpoint: name, deliveryId });
      const message = 'a delivery that was not settled in time runs again';
      observer.log.warn({ endpoint: name, deliveryId }, message);
    },
  });
}
