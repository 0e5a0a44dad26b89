/**
 * One consumer per endpoint, kept in step with the configuration: endpoints are added, changed and removed
 * while deliveries flow, and what is queued stays queued. A disabled or paused endpoint has no consumer.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type Config, type Endpoint, environment, proxyFor } from '@longshore/config';
import { ignore } from '@longshore/event';
import type { Observer } from '@longshore/observe';
import { type Consumer, createConsumer, type PulseWriter, type RedisClient } from '@longshore/queue';
import type { TrailWriter } from '@longshore/queue/operator';
import { compileRules } from '@longshore/routing';
import { openSink, type Sink } from '@longshore/sinks';
import { createDeliveryPipeline, type LiveEndpoint } from './pipeline.js';
import { createPreheatMemory } from './preheat-memory.js';
import { preheatOptions } from './preheat-options.js';

/** What the worker is given by the process that it runs in. */
export interface WorkerParts {
  /** Of the consumer profile: waits for Redis for ever. */
  client: RedisClient;
  observer: Observer;
  /** Where attempts are noted for the overview and the alerts. */
  pulse: Pick<PulseWriter, 'note'>;
  /** Where it is noted what happens to each delivery. */
  trail: Pick<TrailWriter, 'note'>;
  /** Hears every error of the queues, for `/readyz`. */
  onRedisError?(error: Error): void;
  /** Version for the `User-Agent`. */
  version: string;
}

/** The role: one consumer for each endpoint. */
export interface Worker {
  /**
   * Looks whether a configuration can be put to work, without any effect yet.
   * @returns what puts it to work: at once, never failing; what takes time goes on in the background
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
  const { client, observer, pulse, trail, version, onRedisError } = parts;
  const lanes = new Map<string, Lane>();
  /** Consumers and sinks that were replaced or removed and still finish what they began. */
  const retiring = new Set<Promise<unknown>>();
  let grace = 0;
  let closing = false;
  let current: Config | undefined;

  /** @throws LongshoreError SECRET_MISSING */
  const openFor = (endpoint: Endpoint, config: Config): Sink => {
    const { name, preheat } = endpoint;
    if (endpoint.kind === 'http' || !preheat) return openSink('http', sinkOptions(endpoint, version));
    const parts = { client, config: () => current ?? config, endpoint: name, observer };
    const options = preheatOptions(endpoint, preheat, version);
    return openSink('preheat', { ...options, memory: createPreheatMemory(parts) });
  };

  const retire = (ending: Promise<unknown>): void => {
    // What cannot be closed has nothing left to deliver with; the process goes on without it.
    const ended = ending.catch(ignore('worker.sink.close'));
    retiring.add(ended);
    void ended.finally(() => retiring.delete(ended));
  };

  const open = (endpoint: Endpoint, config: Config): LiveEndpoint => ({
    settings: endpoint,
    ignores: compileRules(endpoint),
    sink: openFor(endpoint, config),
    attempts: new Set(),
  });

  const start = (endpoint: Endpoint, config: Config): void => {
    const { name } = endpoint;
    const live = open(endpoint, config);
    const lane: Lane = {
      live,
      fingerprint: fingerprint(endpoint, config),
      consumer: createConsumer({
        client,
        prefix: config.redis.prefix,
        endpoint: name,
        concurrency: endpoint.concurrency,
        delivered: config.retention.delivered,
        handle: createDeliveryPipeline(name, () => lane.live, { observer, pulse, trail }),
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

  const change = (lane: Lane, endpoint: Endpoint, config: Config): void => {
    const { attempts, sink } = lane.live;
    lane.live = open(endpoint, config);
    lane.fingerprint = fingerprint(endpoint, config);
    const { concurrency } = endpoint;
    lane.consumer.update({ concurrency, delivered: config.retention.delivered });
    retire(Promise.all(attempts).then(() => sink.close()));
  };

  const stop = async (name: string, lane: Lane): Promise<void> => {
    lanes.delete(name);
    await lane.consumer.close(grace);
    await lane.live.sink.close();
  };

  const reconcile = (config: Config): void => {
    current = config;
    const wanted = new Map(config.notifications.endpoints.filter(takes).map((e) => [e.name, e]));
    for (const [name, lane] of [...lanes]) if (!wanted.has(name)) retire(stop(name, lane));
    for (const endpoint of wanted.values()) {
      const lane = lanes.get(endpoint.name);
      if (!lane) start(endpoint, config);
      else if (lane.fingerprint !== fingerprint(endpoint, config)) change(lane, endpoint, config);
    }
  };

  return {
    prepare(config) {
      for (const endpoint of config.notifications.endpoints.filter(takes)) secretsOf(endpoint);
      return () => {
        if (closing) return;
        grace = config.worker.grace;
        reconcile(config);
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

const takes = ({ disabled, paused }: Endpoint): boolean => !disabled && !paused;

function sinkOptions(endpoint: Endpoint, version: string) {
  const { name, timeout, concurrency, annotate } = endpoint;
  const url = endpoint.url.reveal();
  const headers = Object.entries(endpoint.headers).map(([header, values]) => [
    header,
    values.map((value) => value.reveal()),
  ]);
  return {
    name,
    url,
    headers: Object.fromEntries(headers) as Record<string, string[]>,
    timeout,
    concurrency,
    annotate,
    userAgent: `longshore/${version}`,
    tls: { ca: endpoint.tls.ca?.reveal() },
    proxy: proxyFor(url, environment()),
  };
}

/** Every secret of the endpoint, resolved. @throws LongshoreError SECRET_MISSING */
function secretsOf(endpoint: Endpoint): object {
  if (endpoint.kind === 'http' || !endpoint.preheat) return sinkOptions(endpoint, '');
  return preheatOptions(endpoint, endpoint.preheat, '');
}

/** Includes the secrets' values, so that a rotated `file:` secret is picked up. Never logged. */
function fingerprint(endpoint: Endpoint, { retention }: Config): string {
  return JSON.stringify([endpoint, secretsOf(endpoint), retention.delivered]);
}
