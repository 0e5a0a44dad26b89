/**
 * One lane per endpoint, kept in step with the configuration: endpoints are added, changed and removed while
 * deliveries flow, and what is queued stays queued. A disabled or paused endpoint has no lane.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type Config, type Endpoint, everyEndpoint } from '@longshore/config';
import { ignore } from '@longshore/event';
import { createTakeLoop } from '@longshore/queue/consumer';
import type { PulseWriter } from '@longshore/queue/pulse';
import type { TrailWriter } from '@longshore/queue/trail';
import { TokenSources } from '@longshore/sinks';
import { type Lane, openLane, type TakeLoop } from './lane.js';
import { type Prepared, type PrepareParts, prepareEndpoint } from './prepared.js';
import { createReport } from './report.js';

/** What the worker is given by the process that it runs in. */
export interface WorkerParts extends Omit<PrepareParts, 'report' | 'tokens'> {
  /** Where attempts are noted for the overview and the alerts. */
  pulse: Pick<PulseWriter, 'note'>;
  /** Where it is noted what happens to each delivery. */
  trail: Pick<TrailWriter, 'note'>;
  /** Hears every error of the queues, for `/readyz`. */
  onRedisError?(error: Error): void;
}

/** The role: one lane for each endpoint, and one loop that takes for all of them. */
export interface Worker {
  /**
   * Checks whether a configuration can be put to work, without any effect yet.
   * @returns what puts it to work: at once, never failing; what takes time continues in the background
   * @throws LongshoreError SECRET_MISSING
   */
  prepare(config: Config): () => void;
  /** Seconds since Redis last said which endpoints are due; 0 before the first configuration is put to work. */
  lastFetchSeconds(): number;
  /** Stops taking, finishes what is in flight within `worker.grace`, gives the rest back. */
  close(): Promise<void>;
}

/** An error of Redis repeats with every command. */
const LOG_INTERVAL_MS = 10_000;

/** Takes nothing before the first configuration is put to work. */
export function createWorker(parts: WorkerParts): Worker {
  const report = createReport(parts);
  const tokens = new TokenSources();
  const retiring = createRetiring();
  const lanes = new Map<string, Lane>();
  let loop: TakeLoop | undefined;
  let grace = 0;
  let closing = false;
  let current: Config | undefined;

  const stop = (name: string, lane: Lane): Promise<void> => {
    lanes.delete(name);
    return lane.close(grace);
  };
  const reconcile = (config: Config, endpoints: readonly Prepared[]): void => {
    current = config;
    const running = loop ?? openLoop(parts, config.redis.prefix);
    loop = running;
    const wanted = new Set(endpoints.map(({ endpoint }) => endpoint.name));
    for (const [name, lane] of [...lanes]) if (!wanted.has(name)) retiring.add(stop(name, lane));
    for (const next of endpoints) {
      const { name } = next.endpoint;
      const lane = lanes.get(name);
      if (!lane) lanes.set(name, openLane({ ...parts, loop: running }, next, config));
      else if (lane.fingerprint !== next.fingerprint) retiring.add(lane.change(next, config));
    }
  };

  return {
    prepare(config) {
      const endpoints = everyEndpoint(config)
        .filter(takes)
        .map((one) => prepareEndpoint(one, config, () => current ?? config, { ...parts, report, tokens }));
      return () => {
        if (closing) return;
        grace = config.worker.grace;
        reconcile(config, endpoints);
      };
    },
    lastFetchSeconds: () => loop?.lastFetchSeconds() ?? 0,
    async close() {
      closing = true;
      await Promise.all(Array.from(lanes, ([name, lane]) => stop(name, lane)));
      // Attempts of a replaced sink end with their consumer; a sink that does not is left to the process's end.
      await Promise.race([retiring.ended(), pause(grace)]);
      loop?.close();
    },
  };
}

/** Consumers and sinks that were replaced or removed and still finish what they began. */
function createRetiring() {
  const retiring = new Set<Promise<unknown>>();
  return {
    add(ending: Promise<unknown>): void {
      // What cannot be closed has nothing left to deliver with; the process continues without it.
      const ended = ending.catch(ignore('worker.sink.close'));
      retiring.add(ended);
      void ended.finally(() => retiring.delete(ended));
    },
    ended: (): Promise<unknown> => Promise.allSettled(retiring),
  };
}

function openLoop({ client, observer, onRedisError }: WorkerParts, prefix: string): TakeLoop {
  return createTakeLoop({
    ...{ client, prefix },
    onError(err) {
      onRedisError?.(err);
      observer.throttledLog('queues', LOG_INTERVAL_MS).warn({ err }, 'queue error');
    },
    onStuck(seconds) {
      observer.log.warn({ seconds }, 'Redis gave no answer on an open connection; it is opened again');
    },
  });
}

const takes = ({ disabled, paused }: Pick<Endpoint, 'disabled' | 'paused'>): boolean => !disabled && !paused;
