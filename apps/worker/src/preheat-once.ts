/**
 * One image, warmed now, for a command: the same sink, and with a Redis the same memory as the workers',
 * so that what is warm is not asked for again and what a worker is at is waited for. One attempt, no queue.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Config, PreheatEndpoint } from '@longshore/config';
import { type Delivery, deliveryOf, EVENTS_V1, type Outcome, type PreheatRun } from '@longshore/event';
import { Egress } from '@longshore/network/egress';
import type { Observer } from '@longshore/observe';
import type { RedisClient } from '@longshore/queue';
import { createPreheatRuns } from '@longshore/queue/preheat';
import type { TrailWriter } from '@longshore/queue/trail';
import { openSink } from '@longshore/sinks';
import { createLocalMemory, type PreheatMemory } from '@longshore/sinks/preheat';
import { createOwnPublish } from './own-publish.js';
import { createPreheatMemory } from './preheat-memory.js';
import { preheatOptions } from './preheat-options.js';

/** An image as it was named by hand. */
export interface NamedImage {
  /** Base url; absent: the endpoint's. */
  registry?: string;
  repository: string;
  tag?: string;
  digest?: string;
}

/** Who hears of it, and what ends it. */
export interface Waiting {
  signal: AbortSignal;
  /** How far it is: `done` of `total` parts. */
  onProgress(shown: object): void;
  onWait(why: string): void;
}

/** What is to be warmed, with what, and who hears of it. */
export interface PreheatOnceParts extends Waiting {
  config: Config;
  endpoint: PreheatEndpoint;
  image: NamedImage;
  /** Says what it would warm. */
  dryrun: boolean;
  /** Of the relay; without it nothing is remembered beyond this call. */
  client?: RedisClient;
  /** Where the result is noted as an event. */
  trail?: Pick<TrailWriter, 'note'>;
  observer: Observer;
  version: string;
}

/** Between two checks of an image that a worker is warming. */
const POLL_INTERVAL_MS = 500;

/** @returns what it came to; undefined when it was given up because of the signal */
export async function preheatOnce(parts: PreheatOnceParts): Promise<PreheatRun | undefined> {
  const { config, endpoint, dryrun, version, client, signal } = parts;
  let run: PreheatRun | undefined;
  const memory = memoryOf(parts, (ended) => {
    run = ended;
  });
  const options = preheatOptions(endpoint, version, new Egress(config.egress));
  const sink = openSink('preheat', {
    ...options,
    delay: 0,
    // Who names a registry by hand means it, also one on this machine.
    registry: { ...options.registry, ...(parts.image.registry && { url: parts.image.registry }) },
    // A name that is not there is a wrong name.
    appearsWithin: 0,
    dryrun: dryrun || options.dryrun,
    memory,
  });
  try {
    const delivery = deliveryFor(endpoint.name, parts.image);
    const outcome = await untilSettled(delivery, sink, parts);
    if (outcome === 'aborted' || signal.aborted) return undefined;
    return run ?? (client && (await runOfAnother(client, config, delivery)));
  } finally {
    await sink.close();
  }
}

/** One attempt, and all the waiting that it takes. */
export async function untilSettled(
  delivery: Delivery,
  sink: ReturnType<typeof openSink>,
  { signal, onProgress, onWait }: Waiting,
): Promise<Outcome | 'aborted'> {
  for (;;) {
    const attempt = { number: 1, last: true, signal, progress: onProgress };
    const [result = 'unsent'] = await sink.send([delivery], attempt);
    if (result === 'aborted' || result === 'unsent') return 'aborted';
    if (result.kind !== 'deferred') return result;
    onWait(result.why);
    await pause(Math.max(0, result.until - Date.now()), undefined, { signal }).catch(() => {});
    if (signal.aborted) return 'aborted';
  }
}

function memoryOf(
  { client, config, endpoint, observer, dryrun, trail = { note() {} } }: PreheatOnceParts,
  onRun: (run: PreheatRun) => void,
): PreheatMemory {
  if (!client) return createLocalMemory(onRun);
  const { publish } = createOwnPublish({ client, prefix: config.redis.prefix, observer, trail });
  const parts = { client, config: () => config, endpoint: endpoint.name, observer, publish };
  const memory = createPreheatMemory(parts);
  return {
    ...memory,
    // A command is not woken.
    async lead(plan, deliveryId) {
      const turn = await memory.lead(plan, deliveryId);
      return turn.turn === 'wait'
        ? { ...turn, until: Math.min(turn.until, Date.now() + POLL_INTERVAL_MS) }
        : turn;
    },
    async keepRun(run, signal) {
      onRun(run);
      // A dry run is no run of the endpoint: nothing to keep, and no event.
      if (!dryrun && !endpoint.preheat.dryrun) await memory.keepRun(run, signal);
    },
  };
}

/** Another delivery has led the image: its run is the answer. */
async function runOfAnother(
  client: RedisClient,
  { redis }: Config,
  { endpoint, view }: Delivery,
): Promise<PreheatRun | undefined> {
  const runs = await createPreheatRuns(client, redis.prefix).list(endpoint);
  return runs.find(({ result, repository, digest, tag }) => {
    if (result === 'dryrun' || repository !== view.repository) return false;
    return view.digest ? digest === view.digest : tag === view.tag;
  });
}

/** An event as a push would have made it. */
export function deliveryFor(
  endpoint: string,
  { registry, repository, tag, digest }: NamedImage,
  id: string = randomUUID(),
): Delivery {
  const target = { repository, tag, digest };
  const url = registry && `${registry}/v2/${repository}/manifests/${digest ?? tag}`;
  return deliveryOf(
    {
      event: { id, class: 'event', action: 'push', nativeType: 'push', target },
      payload: { event: { id, action: 'push', target: { ...target, ...(url && { url }) } } },
      contentType: EVENTS_V1,
      source: 'command',
      kind: 'longshore',
      receivedAt: Date.now(),
    },
    endpoint,
  );
}
