/**
 * Preheating's memory over Redis, and what happens to a run before its delivery is settled: it is stored for the
 * pages, published as an event to the endpoints that take such events, and recorded. In this order, each step retried
 * while Redis is unavailable or full, so that a crash at any moment repeats it instead of losing it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type Config, routedEndpoints } from '@longshore/config';
import { ignore, LongshoreError, type PreheatRun } from '@longshore/event';
import type { Logger, Observer } from '@longshore/observe';
import { createRoutes } from '@longshore/publish';
import { isTransient, type RedisClient } from '@longshore/queue';
import { createPreheatRuns, createPreheatStore } from '@longshore/queue/preheat';
import type { PreheatMemory } from '@longshore/sinks/preheat';
import type { OwnPublish } from './own-publish.js';
import { preheatEvent } from './preheat-event.js';

/** What it is put together from. */
export interface MemoryParts {
  /** Of the consumer profile: waits for Redis. */
  client: RedisClient;
  /** The live configuration. */
  config(): Config;
  /** Name of the endpoint. */
  endpoint: string;
  observer: Observer;
  publish: OwnPublish['publish'];
  /** Milliseconds for which a write is retried. Default {@link GIVE_UP_MS}. */
  giveUp?: number;
}

/** Between two tries to write to Redis. */
const RETRY_MS = 1_000;
/** After this the delivery is deferred instead, so that it does not hold its slot. */
const GIVE_UP_MS = 5 * 60_000;
/** Between two log lines about it. */
const LOG_INTERVAL_MS = 60_000;
/** Runs that are kept of an endpoint that has left the configuration meanwhile. */
const KEPT_RUNS = 50;
const HOUR_MS = 3_600_000;

/** The memory of one endpoint, for its sink. */
export function createPreheatMemory(parts: MemoryParts): PreheatMemory {
  const { client, config, endpoint, observer, giveUp = GIVE_UP_MS } = parts;
  const { prefix } = config().redis;
  const settings = () => {
    const found = config().notifications.endpoints.find(({ name }) => name === endpoint);
    if (found?.kind === 'preheat') return found.preheat;
    // a copy looks at what the target has, each time
    return found?.kind === 'copy' ? { keep: found.copy.keep, window: 0 } : undefined;
  };
  const runs = createPreheatRuns(client, prefix);
  const store = createPreheatStore({
    client,
    prefix,
    endpoint,
    keep: () => config().retention.dead.age,
    window: () => settings()?.window ?? HOUR_MS,
  });
  return {
    ...store,
    async keepRun(run, signal) {
      const retry: Retry = { signal, giveUp, log: observer.log, run };
      await untilStored(() => runs.add(run, settings()?.keep ?? KEPT_RUNS), retry);
      await publishRun(run, parts, retry);
      observer.preheatFinished(run);
    },
  };
}

/** The run as an event, to each endpoint that takes such events. Endpoints of kind preheat and copy never do: no circles. */
async function publishRun(run: PreheatRun, { config, publish }: MemoryParts, retry: Retry): Promise<void> {
  const taken = preheatEvent(run);
  if (!taken) return;
  const routes = createRoutes(
    routedEndpoints(config()).filter(({ kind }) => kind !== 'preheat' && kind !== 'copy'),
  );
  await untilStored(() => publish(taken, routes), retry);
}

interface Retry {
  signal: AbortSignal;
  /** Milliseconds. */
  giveUp: number;
  log: Logger;
  run: PreheatRun;
}

/**
 * Writes to Redis, again while it is unavailable or full. Rejects when the process is to stop; at once with an error
 * that a retry cannot end; and with QUEUE_UNAVAILABLE after `giveUp`.
 */
async function untilStored<T>(
  write: () => Promise<T>,
  { signal, giveUp, log, run: { endpoint, id, repository } }: Retry,
): Promise<T> {
  const until = Date.now() + giveUp;
  let loggedAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isTransient(error)) throw error;
      ignore('worker.preheat.store')(error);
      const reason = error instanceof Error ? error.message : String(error);
      if (Date.now() - loggedAt >= LOG_INTERVAL_MS) {
        loggedAt = Date.now();
        const message = 'the result of a preheat cannot be stored, retrying; check Redis';
        log.warn({ endpoint, run: id, repository, reason }, message);
      }
      if (Date.now() >= until)
        throw new LongshoreError('QUEUE_UNAVAILABLE', `Redis does not take it (${reason})`, { cause: error });
      await pause(RETRY_MS, undefined, { signal });
    }
  }
}
