/**
 * Preheating's memory over Redis, and what happens to a run before its delivery is settled: it is stored to be looked
 * at, published as an event to the endpoints that take such events, and recorded. In this order, each step retried
 * while Redis is away or full, so that a crash at any moment repeats it instead of losing it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '@longshore/config';
import { deliveryOf, ignore, LongshoreError, type PreheatRun } from '@longshore/event';
import type { Logger, Observer } from '@longshore/observe';
import { createProducer, isTransient, type RedisClient } from '@longshore/queue';
import { createPreheatRuns, createPreheatStore } from '@longshore/queue/preheat';
import { createRouter } from '@longshore/routing';
import type { PreheatMemory } from '@longshore/sinks';
import { preheatEvent, takenFrom } from './preheat-event.js';

/** What it is put together from. */
export interface MemoryParts {
  /** Of the consumer profile: waits for Redis. */
  client: RedisClient;
  /** The configuration of now. */
  config(): Config;
  /** Name of the endpoint. */
  endpoint: string;
  observer: Observer;
  /** Milliseconds for which a write is retried. Default {@link GIVE_UP_MS}. */
  giveUp?: number;
}

/** Milliseconds between two tries to write to Redis. */
const RETRY_MS = 1_000;
/** Milliseconds after which the delivery is deferred instead, so that it does not hold its slot. */
const GIVE_UP_MS = 5 * 60_000;
/** Milliseconds between two log lines about it. */
const LOG_EVERY_MS = 60_000;
/** Runs that are kept of an endpoint that has left the configuration meanwhile. */
const KEEP = 50;
const HOUR = 3_600_000;

/** The memory of one endpoint, for its sink. */
export function createPreheatMemory(parts: MemoryParts): PreheatMemory {
  const { client, config, endpoint, observer, giveUp = GIVE_UP_MS } = parts;
  const { prefix } = config().redis;
  const settings = () => config().notifications.endpoints.find(({ name }) => name === endpoint)?.preheat;
  const runs = createPreheatRuns(client, prefix);
  const store = createPreheatStore({
    client,
    prefix,
    endpoint,
    keep: () => config().retention.dead.age,
    window: () => settings()?.window ?? HOUR,
  });
  return {
    ...store,
    async keepRun(run, signal) {
      const retry: Retry = { signal, giveUp, log: observer.log, run };
      await untilStored(() => runs.add(run, settings()?.keep ?? KEEP), retry);
      await publish(run, parts, retry);
      observer.preheatFinished(run);
    },
  };
}

/** The run as an event, to each endpoint that takes such events. A preheat endpoint never does: no circles. */
async function publish(run: PreheatRun, { client, config, observer }: MemoryParts, retry: Retry) {
  const started = performance.now();
  const event = preheatEvent(run);
  if (!event) return;
  const { redis, notifications } = config();
  const receivers = notifications.endpoints.filter(({ kind }) => kind !== 'preheat');
  const plan = createRouter(receivers).plan(event);
  const taken = takenFrom(event, run);
  const producer = createProducer(client, redis.prefix);
  const deliveries = plan.endpoints.map((name) => deliveryOf(taken, name));
  const enqueued = await untilStored(() => producer.enqueue(deliveries), retry).finally(() =>
    producer.close().catch(ignore('worker.preheat.close')),
  );
  const fresh = enqueued.filter(({ duplicate }) => !duplicate);
  const { id, action, target } = event;
  observer.eventReceived(
    {
      source: taken.source,
      kind: taken.kind,
      events: [{ id, action, repository: target.repository, tag: target.tag, digest: target.digest }],
      accepted: 1,
      enqueued: fresh.length,
      duplicates: enqueued.length - fresh.length,
      ignored: plan.unmatched.length,
      ms: performance.now() - started,
    },
    { enqueuedTo: Object.fromEntries(fresh.map(({ delivery }) => [delivery.endpoint, 1])) },
  );
}

interface Retry {
  signal: AbortSignal;
  /** Milliseconds. */
  giveUp: number;
  log: Logger;
  run: PreheatRun;
}

/**
 * Writes to Redis, again while it is away or full. Rejects when the process is to stop, with what is no trouble of
 * Redis at once, and with QUEUE_UNAVAILABLE when it has been in trouble for `giveUp`.
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
      if (Date.now() - loggedAt >= LOG_EVERY_MS) {
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
