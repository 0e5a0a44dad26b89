/**
 * What keeps Redis within bounds: the retention of finished deliveries, and room while it fills up.
 * Every dead delivery that retention removes is counted and recorded, and so is what operators did.
 */
import { type Config, type Endpoint, everyEndpoint } from '@longshore/config';
import type { IngestRecord, Observer } from '@longshore/observe';
import { type Janitor, type Monitor, RELIEVE_FROM } from '@longshore/queue';
import type { Inspector, Journal, TrailWriter } from '@longshore/queue/operator';
import { recordOperations } from './journal.js';
import { tellLeftovers } from './leftovers.js';
import { NEWER_RETRY_MS } from './unreadable.js';

const SWEEP_EVERY = 60_000;
const RELIEVE_EVERY = 1_000;
const QUIET = 10_000;

/** What is looked after, and where that is told. */
export interface HousekeepingParts {
  config(): Config;
  janitor: Janitor;
  inspector: Inspector;
  journal: Journal<IngestRecord>;
  monitor: Monitor;
  observer: Observer;
  trail: Pick<TrailWriter, 'note' | 'sweep'>;
}

/** Runs until it is closed. */
export interface Housekeeping {
  /** These endpoints have queues from now on, also when they leave the configuration a moment later. */
  note(config: Config): void;
  close(): Promise<void>;
}

/** Runs until closed. Failures are logged and tried again at the next turn. */
export function startHousekeeping(parts: HousekeepingParts): Housekeeping {
  const { monitor, observer } = parts;
  let running: Promise<void> = Promise.resolve();
  let swept = 0;
  let told: Config | undefined;
  const noted = new Set<string>();
  const note = (config: Config): void => {
    for (const { name } of everyEndpoint(config)) noted.add(name);
  };
  note(parts.config());

  const turn = async (): Promise<void> => {
    if (!monitor.health.up) return;
    if (monitor.health.memory >= RELIEVE_FROM) await relieve(parts);
    const now = parts.config();
    if (told !== now) {
      const names = [...noted];
      await parts.inspector.remember(names);
      for (const name of names) noted.delete(name);
      await tellLeftovers(now, parts.inspector, observer);
      told = now;
    }
    await recordOperations(parts);
    if (Date.now() - swept < SWEEP_EVERY) return;
    await sweep(parts);
    swept = Date.now();
  };

  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    running = turn()
      .catch((err) =>
        observer.throttledLog('housekeeping', QUIET).warn({ err }, 'housekeeping failed, will try again'),
      )
      .finally(() => {
        busy = false;
      });
  }, RELIEVE_EVERY);

  return {
    note,
    async close() {
      clearInterval(timer);
      await running;
    },
  };
}

/** Endpoints that left the configuration still have queues, and those are kept within bounds too. */
async function sweep({ config, janitor, inspector, observer, trail }: HousekeepingParts): Promise<void> {
  const { retention } = config();
  const endpoints = everyEndpoint(config());
  // Again and again: a Redis that lost its data has lost this too.
  await inspector.remember(endpoints.map(({ name }) => name));
  await trail.sweep();
  await promoteOverdue(endpoints, janitor, observer);
  for (const endpoint of await inspector.known()) {
    for (const { id, delivery, attempts, last } of await janitor.sweep(endpoint, retention)) {
      const of = { endpoint, deliveryId: id, eventId: delivery?.eventId };
      const detail = 'removed from the dead-letter set by retention.dead';
      const settled = { ...of, outcome: 'expired', reason: last?.reason ?? 'error', detail } as const;
      const { action, repository, tag } = delivery?.view ?? {};
      observer.deliverySettled({ ...settled, action, repository, tag, attempts });
      trail.note({ step: 'settled', at: Date.now(), source: delivery?.source, ...settled });
    }
  }
}

/** The longest that a preheat waits without an attempt: a registry's pause. */
const PREHEAT_PAUSE_MS = 6 * 3_600_000;

/** Milliseconds that a delivery waits at most until it is looked at again, `Retry-After` included. */
export function longestWait({ maxbackoff, preheat }: Pick<Endpoint, 'maxbackoff' | 'preheat'>): number {
  return Math.max(maxbackoff, preheat ? Math.max(PREHEAT_PAUSE_MS, preheat.delay) : NEWER_RETRY_MS);
}

async function promoteOverdue(
  endpoints: readonly Pick<Endpoint, 'name' | 'maxbackoff' | 'preheat'>[],
  janitor: Janitor,
  { log }: Observer,
): Promise<void> {
  for (const { name: endpoint, ...waits } of endpoints) {
    const promoted = await janitor.promoteOverdue(endpoint, longestWait(waits));
    if (promoted === 0) continue;
    log.warn(
      { endpoint, promoted },
      'deliveries waited longer than maxbackoff allows, as after a clock that was set back: they are due now',
    );
  }
}

async function relieve({ janitor, inspector, monitor, observer }: HousekeepingParts): Promise<void> {
  let removed = 0;
  for (const endpoint of await inspector.known()) removed += await janitor.relieve(endpoint);
  if (removed === 0) return;
  const percent = Math.round(monitor.health.memory * 100);
  observer
    .throttledLog('relieve', QUIET)
    .warn(
      { removed },
      `Redis is at ${percent} % of its maxmemory: delivered jobs are removed early, which shortens the dedupe window`,
    );
}
