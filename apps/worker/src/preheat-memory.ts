/**
 * Preheating's memory over Redis, and what happens to a run before its delivery is settled: it is kept to be looked
 * at, told as an event to the endpoints that want such events, and recorded. In this order, and until Redis has
 * taken it, so that a crash at any moment repeats it instead of losing it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '@longshore/config';
import { deliveryOf, ignore, type PreheatRun } from '@longshore/event';
import type { Observer } from '@longshore/observe';
import { createProducer, type RedisClient } from '@longshore/queue';
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
}

const TRY_AGAIN = 1_000;
/** Runs that are kept of an endpoint that has left the configuration meanwhile. */
const KEEP = 50;
const HOUR = 3_600_000;

/** The memory of one endpoint, for its sink. */
export function createPreheatMemory(parts: MemoryParts): PreheatMemory {
  const { client, config, endpoint, observer } = parts;
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
      await untilTaken(() => runs.add(run, settings()?.keep ?? KEEP), signal);
      await tellEndpoints(run, parts, signal);
      observer.preheatFinished(run);
    },
  };
}

/** The run as an event, to each endpoint that takes such events. A preheat endpoint never does: no circles. */
async function tellEndpoints(
  run: PreheatRun,
  { client, config, observer }: MemoryParts,
  signal: AbortSignal,
) {
  const started = performance.now();
  const event = preheatEvent(run);
  if (!event) return;
  const { redis, notifications } = config();
  const receivers = notifications.endpoints.filter(({ kind }) => kind !== 'preheat');
  const plan = createRouter(receivers).plan(event);
  const taken = takenFrom(event, run);
  const producer = createProducer(client, redis.prefix);
  const deliveries = plan.endpoints.map((name) => deliveryOf(taken, name));
  const enqueued = await untilTaken(() => producer.enqueue(deliveries), signal).finally(() =>
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

/** Redis may be away or full: tries until it takes it. Rejects when the process is to stop. */
async function untilTaken<T>(write: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      ignore('worker.preheat.store')(error); // Redis is away or full: the run waits for it
      await pause(TRY_AGAIN, undefined, { signal });
    }
  }
}
