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
import type { OwnPublish } from './own-publish.js';
import { createDeliveryPipeline, type LiveEndpoint } from './pipeline.js';
import { createPreheatMemory } from './preheat-memory.js';
import { preheatOptions } from './preheat-options.js';
import { createReport } from './report.js';
import { systemTrust } from './trust.js';
import { createUnreadable } from './unreadable.js';

/** What the worker is given by the process that it runs in. */
export interface WorkerParts {
  /** Of the consumer profile: waits for Redis for ever. */
  client: RedisClient;
  observer: Observer;
  /** Where attempts are noted for the overview and the alerts. */
  pulse: Pick<PulseWriter, 'note'>;
  /** Where it is noted what happens to each delivery. */
  trail: Pick<TrailWriter, 'note'>;
  /** For the results of preheats. */
  publish: OwnPublish['publish'];
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

/** An endpoint whose secrets are resolved. Nothing in it looks one up again, so putting it to work cannot fail. */
interface Prepared {
  endpoint: Endpoint;
  /** Holds the values of the secrets, so that a rotated `file:` secret is a change. Never logged. */
  fingerprint: string;
  openSink(): Sink;
}

/** Takes nothing before the first configuration is put to work. */
export function createWorker(parts: WorkerParts): Worker {
  const { client, observer, publish, trail, version, onRedisError } = parts;
  const report = createReport(parts);
  const lanes = new Map<string, Lane>();
  /** Consumers and sinks that were replaced or removed and still finish what they began. */
  const retiring = new Set<Promise<unknown>>();
  let grace = 0;
  let closing = false;
  let current: Config | undefined;

  /** @throws LongshoreError SECRET_MISSING */
  const prepared = (endpoint: Endpoint, config: Config): Prepared => {
    const { name, preheat } = endpoint;
    const fingerprint = (options: object) => JSON.stringify([endpoint, options, config.retention.delivered]);
    if (endpoint.kind === 'http' || !preheat) {
      const options = sinkOptions(endpoint, version);
      return { endpoint, fingerprint: fingerprint(options), openSink: () => openSink('http', options) };
    }
    const options = preheatOptions(endpoint, preheat, version);
    const open = (): Sink => {
      const parts = { client, config: () => current ?? config, endpoint: name, observer, publish };
      return openSink('preheat', { ...options, memory: createPreheatMemory(parts) });
    };
    return { endpoint, fingerprint: fingerprint(options), openSink: open };
  };

  const retire = (ending: Promise<unknown>): void => {
    // What cannot be closed has nothing left to deliver with; the process goes on without it.
    const ended = ending.catch(ignore('worker.sink.close'));
    retiring.add(ended);
    void ended.finally(() => retiring.delete(ended));
  };

  const open = ({ endpoint, openSink }: Prepared): LiveEndpoint => ({
    settings: endpoint,
    ignores: compileRules(endpoint),
    sink: openSink(),
    attempts: new Set(),
  });

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
        handle: createDeliveryPipeline(() => lane.live, report),
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
      const endpoints = config.notifications.endpoints.filter(takes).map((one) => prepared(one, config));
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
    trust: systemTrust(),
    proxy: proxyFor(url, environment()),
  };
}
