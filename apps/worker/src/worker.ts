/**
 * One consumer per endpoint, kept in step with the configuration: endpoints are added, changed and removed
 * while deliveries flow, and what is queued stays queued. A disabled or paused endpoint has no consumer.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type Config, type Endpoint, everyEndpoint } from '@longshore/config';
import { ignore } from '@longshore/event';
import { type Consumer, createConsumer } from '@longshore/queue/consumer';
import type { PulseWriter } from '@longshore/queue/pulse';
import type { TrailWriter } from '@longshore/queue/trail';
import { createDeliveryPipeline, type LiveEndpoint } from './pipeline.js';
import { type Prepared, type PrepareParts, prepareEndpoint } from './prepared.js';
import { createReport } from './report.js';
import { createUnreadable } from './unreadable.js';

/** What the worker is given by the process that it runs in. */
export interface WorkerParts extends Omit<PrepareParts, 'report'> {
  /** Where attempts are noted for the overview and the alerts. */
  pulse: Pick<PulseWriter, 'note'>;
  /** Where it is noted what happens to each delivery. */
  trail: Pick<TrailWriter, 'note'>;
  /** Hears every error of the queues, for `/readyz`. */
  onRedisError?(error: Error): void;
}

/** The role: one consumer for each endpoint. */
export interface Worker {
  /**
   * Checks whether a configuration can be put to work, without any effect yet.
   * @returns what puts it to work: at once, never failing; what takes time continues in the background
   * @throws LongshoreError SECRET_MISSING
   */
  prepare(config: Config): () => void;
  /** Stops taking, finishes what is in flight within `worker.grace`, gives the rest back. */
  close(): Promise<void>;
}

/** An error of Redis repeats with every command. */
const LOG_INTERVAL_MS = 10_000;

interface Lane {
  live: LiveEndpoint;
  consumer: Consumer;
  /** What the sink and the consumer were made from; a difference means a change. */
  fingerprint: string;
}

/** Takes nothing before the first configuration is put to work. */
export function createWorker(parts: WorkerParts): Worker {
  const { client, observer, trail, onRedisError } = parts;
  const report = createReport(parts);
  const lanes = new Map<string, Lane>();
  /** Consumers and sinks that were replaced or removed and still finish what they began. */
  const retiring = new Set<Promise<unknown>>();
  let grace = 0;
  let closing = false;
  let current: Config | undefined;

  const retire = (ending: Promise<unknown>): void => {
    // What cannot be closed has nothing left to deliver with; the process continues without it.
    const ended = ending.catch(ignore('worker.sink.close'));
    retiring.add(ended);
    void ended.finally(() => retiring.delete(ended));
  };

  const open = (next: Prepared): LiveEndpoint => ({ ...next.open(), attempts: new Set() });

  const start = (next: Prepared, config: Config): void => {
    const { endpoint, fingerprint } = next;
    const { name } = endpoint;
    const lane: Lane = {
      live: open(next),
      fingerprint,
      consumer: createConsumer({
        client,
        prefix: config.redis.prefix,
        endpoint: name,
        concurrency: endpoint.concurrency,
        delivered: config.retention.delivered,
        handle: createDeliveryPipeline(() => lane.live, next.report),
        unreadable: createUnreadable(name, { observer, trail }),
        onError(err) {
          onRedisError?.(err);
          observer
            .throttledLog(`queue ${name}`, LOG_INTERVAL_MS)
            .warn({ endpoint: name, err }, 'queue error');
        },
        onStalled: (deliveryId) => {
          trail.note({ step: 'stalled', at: Date.now(), endpoint: name, deliveryId });
          observer.log.warn(
            { endpoint: name, deliveryId },
            'a delivery that was not settled in time runs again',
          );
        },
      }),
    };
    lanes.set(name, lane);
  };

  const change = (lane: Lane, next: Prepared, config: Config): void => {
    const { attempts, sink } = lane.live;
    lane.live = open(next);
    lane.fingerprint = next.fingerprint;
    const { concurrency } = next.endpoint;
    lane.consumer.update({ concurrency, delivered: config.retention.delivered });
    retire(Promise.all(attempts).then(() => sink.close()));
  };

  const stop = async (name: string, lane: Lane): Promise<void> => {
    lanes.delete(name);
    await lane.consumer.close(grace);
    await lane.live.sink.close();
  };

  const reconcile = (config: Config, endpoints: readonly Prepared[]): void => {
    current = config;
    const wanted = new Set(endpoints.map(({ endpoint }) => endpoint.name));
    for (const [name, lane] of [...lanes]) if (!wanted.has(name)) retire(stop(name, lane));
    for (const next of endpoints) {
      const lane = lanes.get(next.endpoint.name);
      if (!lane) start(next, config);
      else if (lane.fingerprint !== next.fingerprint) change(lane, next, config);
    }
  };

  return {
    prepare(config) {
      const endpoints = everyEndpoint(config)
        .filter(takes)
        .map((one) => prepareEndpoint(one, config, () => current ?? config, { ...parts, report }));
      return () => {
        if (closing) return;
        grace = config.worker.grace;
        reconcile(config, endpoints);
      };
    },
    async close() {
      closing = true;
      await Promise.all(Array.from(lanes, ([name, lane]) => stop(name, lane)));
      // Attempts of a replaced sink end with their consumer; a sink that does not is left to the process's end.
      await Promise.race([Promise.allSettled(retiring), pause(grace)]);
    },
  };
}

const takes = ({ disabled, paused }: Pick<Endpoint, 'disabled' | 'paused'>): boolean => !disabled && !paused;
