/**
 * One consumer per endpoint, kept in step with the configuration: endpoints are added, changed and removed
 * while deliveries flow, and what is queued stays queued. A disabled or paused endpoint has no consumer.
 */
import type { Config, Endpoint } from '@longshore/config';
import type { Observer } from '@longshore/observe';
import { type Consumer, createConsumer, type RedisClient } from '@longshore/queue';
import { compileRules } from '@longshore/routing';
import { openSink } from '@longshore/sinks';
import { createDeliveryPipeline, type LiveEndpoint } from './pipeline.js';

export interface WorkerParts {
  /** Of the consumer profile: waits for Redis for ever. */
  client: RedisClient;
  observer: Observer;
  /** Version for the `User-Agent`. */
  version: string;
}

export interface Worker {
  /**
   * Brings the consumers in step with a configuration. Calls are carried out one after the other.
   * @throws LongshoreError SECRET_MISSING before anything has changed
   */
  apply(config: Config): Promise<void>;
  /** Stops taking, finishes what is in flight within `worker.grace`, gives the rest back. */
  close(): Promise<void>;
}

/** An error of Redis repeats with every command; it is told once in this many milliseconds. */
const QUIET = 10_000;

interface Lane {
  live: LiveEndpoint;
  consumer: Consumer;
  /** What the sink and the consumer were made from; a difference means a change. */
  fingerprint: string;
}

export function createWorker({ client, observer, version }: WorkerParts): Worker {
  const lanes = new Map<string, Lane>();
  let last: Config | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  const open = (endpoint: Endpoint): LiveEndpoint => ({
    settings: endpoint,
    ignores: compileRules(endpoint),
    sink: openSink(endpoint.kind, sinkOptions(endpoint, version)),
    attempts: new Set(),
  });

  const start = (endpoint: Endpoint, config: Config): void => {
    const { name } = endpoint;
    const live = open(endpoint);
    const lane: Lane = {
      live,
      fingerprint: fingerprint(endpoint, config),
      consumer: createConsumer({
        client,
        prefix: config.redis.prefix,
        endpoint: name,
        concurrency: endpoint.concurrency,
        delivered: config.retention.delivered,
        handle: createDeliveryPipeline(name, () => lane.live, observer),
        onError: (err) =>
          observer.throttledLog(`queue ${name}`, QUIET).warn({ endpoint: name, err }, 'queue error'),
        onStalled: (deliveryId) =>
          observer.log.warn({ endpoint: name, deliveryId }, 'delivery of a stopped worker runs again'),
      }),
    };
    lanes.set(name, lane);
  };

  const change = async (lane: Lane, endpoint: Endpoint, config: Config): Promise<void> => {
    const before = lane.live;
    lane.live = open(endpoint);
    lane.fingerprint = fingerprint(endpoint, config);
    const { concurrency } = endpoint;
    await lane.consumer.update({ concurrency, delivered: config.retention.delivered });
    await Promise.all(before.attempts);
    await before.sink.close();
  };

  const stop = async (name: string, lane: Lane, grace: number): Promise<void> => {
    lanes.delete(name);
    await lane.consumer.close(grace);
    await lane.live.sink.close();
  };

  const reconcile = async (config: Config): Promise<void> => {
    const wanted = new Map(config.notifications.endpoints.filter(takes).map((e) => [e.name, e]));
    const gone = Array.from(lanes).filter(([name]) => !wanted.has(name));
    const stopping = gone.map(([name, lane]) => stop(name, lane, config.worker.grace));
    const changing = Array.from(wanted.values(), (endpoint) => {
      const lane = lanes.get(endpoint.name);
      if (!lane) return start(endpoint, config);
      return lane.fingerprint === fingerprint(endpoint, config) ? undefined : change(lane, endpoint, config);
    });
    await Promise.all([...stopping, ...changing]);
  };

  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const result = turn.then(work);
    turn = result.catch(() => {});
    return result;
  };

  return {
    async apply(config) {
      // Resolves every secret first: a missing one must leave what runs as it is.
      for (const endpoint of config.notifications.endpoints.filter(takes)) sinkOptions(endpoint, version);
      await inTurn(() => {
        last = config;
        return reconcile(config);
      });
    },
    close() {
      const grace = last?.worker.grace ?? 0;
      return inTurn(async () => {
        await Promise.all(Array.from(lanes, ([name, lane]) => stop(name, lane, grace)));
      });
    },
  };
}

const takes = ({ disabled, paused }: Endpoint): boolean => !disabled && !paused;

function sinkOptions(endpoint: Endpoint, version: string) {
  const { name, timeout, concurrency, annotate } = endpoint;
  const headers = Object.entries(endpoint.headers).map(([header, values]) => [
    header,
    values.map((value) => value.reveal()),
  ]);
  return {
    name,
    url: endpoint.url.reveal(),
    headers: Object.fromEntries(headers) as Record<string, string[]>,
    timeout,
    concurrency,
    annotate,
    userAgent: `longshore/${version}`,
  };
}

/** Includes the secrets' values, so that a rotated `file:` secret is picked up. Never logged. */
function fingerprint(endpoint: Endpoint, { retention }: Config): string {
  return JSON.stringify([endpoint, sinkOptions(endpoint, ''), retention.delivered]);
}
