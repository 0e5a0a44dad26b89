/**
 * What an operator looks at and does, once: the command line, the API and the pages call these same functions.
 * Nothing here knows HTTP. Texts go in as they were written; what cannot be understood is REQUEST_INVALID.
 */
import { type Config, sourceNames } from '@longshore/config';
import { LongshoreError } from '@longshore/event';
import type { RedisClient } from '@longshore/queue';
import {
  type BulkProgress,
  type BulkResult,
  createDeadLetters,
  createDeliveries,
  createInspector,
  createJournal,
  createPauses,
  createPulseReader,
  createQuarantine,
  createTracer,
  type DeadLetter,
  type DeadLetterDetail,
  type ListedState,
  type Page,
  type Position,
  type Quarantined,
  type StoredDelivery,
  type StoredDeliveryDetail,
  type Traced,
  type TrailQuery,
} from '@longshore/queue/operator';
import { createEndpoints, type EndpointOverview, heldBy } from './endpoints.js';
import { createQuarantineActs, type Replay, type Retried } from './quarantine.js';
import {
  cursorOf,
  type DeadWords,
  deadFilter,
  positionOf,
  type QuarantineWords,
  quarantineFilter,
} from './words.js';

export type { EndpointOverview } from './endpoints.js';
export { isCut, type Replay, type Replayed, type Retried } from './quarantine.js';
export type { DeadWords, QuarantineWords } from './words.js';

/** One page of a list. `next`: the cursor of the next one; absent on the last. */
export interface Listing<Item> {
  items: Item[];
  next?: string;
}

/** Which page, and how long. */
export interface Paging {
  limit: number;
  /** `next` of the page before. */
  after?: string;
}

export interface BulkSettings {
  /** Deliveries in a second; infinite for no limit. */
  rate?: number;
  signal?: AbortSignal;
  onProgress?(progress: BulkProgress): void;
}

/** An endpoint where nothing is delivered now, and what that means for a retry. */
export interface Held {
  endpoint: string;
  why: string;
}

export interface OperateParts {
  /** Fails fast. */
  client: RedisClient;
  config(): Config;
  /** Who acts, for the records: `the dashboard`, `longshore dead retry`. */
  by: string;
  /** The way in of ingest. */
  replay: Replay;
  now?(): number;
}

/** All reject with LongshoreError QUEUE_UNAVAILABLE while Redis is away. */
export interface Operate {
  endpoints(): Promise<EndpointOverview[]>;
  /** @throws LongshoreError REQUEST_NOT_FOUND that names the nearest */
  endpoint(name: string): Promise<EndpointOverview>;
  /** Of all workers at once. Paused already: it stays so, with its first reason. */
  pause(name: string, reason?: string): Promise<EndpointOverview>;
  /** An endpoint that the configuration pauses stays paused; `pausedByConfig` says so. */
  resume(name: string): Promise<EndpointOverview>;
  /** @throws LongshoreError REQUEST_NOT_FOUND, REQUEST_INVALID */
  deliveries(endpoint: string, state: ListedState, paging: Paging): Promise<Listing<StoredDelivery>>;
  delivery(id: string): Promise<StoredDeliveryDetail>;
  trace(query: TrailQuery): Promise<Traced>;
  /** Newest first. A page can be short, or empty, and have a next one. */
  dead(words: DeadWords, paging: Paging): Promise<Listing<DeadLetter>>;
  deadOne(id: string): Promise<DeadLetterDetail>;
  /** Cheap without `repository` and `reason`; with them each delivery is read. */
  countDead(words: DeadWords): Promise<number>;
  retryDead(words: DeadWords, settings?: BulkSettings): Promise<BulkResult>;
  dropDead(words: DeadWords, settings?: BulkSettings): Promise<BulkResult>;
  /** Of the endpoints that a retry would concern, those where nothing is delivered now. */
  held(words: DeadWords): Promise<Held[]>;
  /** Newest first, with their bodies. */
  quarantine(words: QuarantineWords, paging: Paging): Promise<Listing<Quarantined>>;
  quarantined(id: string): Promise<Quarantined>;
  countQuarantine(): Promise<number>;
  retryQuarantine(words: QuarantineWords, signal?: AbortSignal): AsyncGenerator<Retried>;
  dropQuarantine(words: QuarantineWords): Promise<number>;
  close(): Promise<void>;
}

export function createOperate({ client, config, by, replay, now = Date.now }: OperateParts): Operate {
  const { prefix } = config().redis;
  const inspector = createInspector(client, prefix);
  const pauses = createPauses(client, prefix, inspector);
  const pulse = createPulseReader(client, prefix);
  const endpoints = createEndpoints({ config, inspector, pauses, pulse, now });
  // Those of the configuration too, before any worker has written them down.
  const known = { known: endpoints.names };
  const letters = createDeadLetters(client, prefix, known);
  const deliveries = createDeliveries(client, prefix, known);
  const tracer = createTracer(client, prefix, () => sourceNames(config()));
  const quarantine = createQuarantine(client, prefix);
  const acts = createQuarantineActs({ quarantine, journal: createJournal(client, prefix), replay, by });

  /** An endpoint that nobody knows is a slip of the pen, not an empty list. */
  const filterOf = async (words: DeadWords) => {
    const filter = deadFilter(words, now());
    if (words.endpoint !== undefined) await endpoints.known(words.endpoint);
    return filter;
  };
  const held = async (words: DeadWords): Promise<Held[]> => {
    const filter = await filterOf(words);
    const all = await endpoints.all();
    return all.flatMap((endpoint) => {
      const why = heldBy(endpoint);
      const concerned =
        endpoint.pulse.dead > 0 && (filter.endpoints ?? [endpoint.name]).includes(endpoint.name);
      return why && concerned ? [{ endpoint: endpoint.name, why }] : [];
    });
  };

  return {
    endpoints: endpoints.all,
    endpoint: endpoints.one,
    async pause(name, reason) {
      await pauses.pause(await endpoints.known(name), { by, reason });
      return endpoints.one(name);
    },
    async resume(name) {
      await pauses.resume(await endpoints.known(name));
      return endpoints.one(name);
    },
    async deliveries(name, state, { limit, after }) {
      return listing(await deliveries.page(await endpoints.known(name), state, limit, positionOf(after)));
    },
    delivery: async (id) => (await deliveries.find(id)) ?? nothing('delivery', id),
    trace: (query) => tracer.find(query),
    async dead(words, { limit, after }) {
      return listing(await letters.page(await filterOf(words), limit, positionOf(after)));
    },
    deadOne: async (id) => (await letters.find(id)) ?? nothing('dead delivery', id),
    countDead: async (words) => letters.count(await filterOf(words)),
    async retryDead(words, settings = {}) {
      const filter = await filterOf(words);
      const resting = new Set((await held(words)).map(({ endpoint }) => endpoint));
      return letters.retry(filter, by, { ...settings, held: (endpoint) => resting.has(endpoint) });
    },
    dropDead: async (words, settings = {}) => letters.drop(await filterOf(words), by, settings),
    held,
    async quarantine(words, { limit, after }) {
      const from = positionOf(after);
      const items: Quarantined[] = [];
      for await (const entry of quarantine.each(quarantineFilter(words, now()))) {
        if (from && !isOlder(entry, from)) continue;
        if (items.length === limit) return { items, next: cursorOf(placeOf(items.at(-1) ?? entry)) };
        items.push(entry);
      }
      return { items };
    },
    quarantined: async (id) => (await quarantine.get(id)) ?? nothing('quarantined request', id),
    countQuarantine: quarantine.count,
    retryQuarantine: (words, signal) => acts.retry(quarantineFilter(words, now()), signal),
    dropQuarantine: async (words) => acts.drop(quarantineFilter(words, now())),
    async close() {
      const open = [inspector, pauses, letters, deliveries, tracer];
      await Promise.all(open.map((each) => each.close()));
    },
  };
}

const listing = <Item>({ items, next }: Page<Item>): Listing<Item> => ({
  items,
  ...(next && { next: cursorOf(next) }),
});

const placeOf = ({ receivedAt, id }: Quarantined): Position => ({ score: receivedAt, id });

const isOlder = ({ receivedAt, id }: Quarantined, { score, id: last }: Position): boolean =>
  receivedAt < score || (receivedAt === score && id < last);

function nothing(what: string, id: string): never {
  throw new LongshoreError(
    'REQUEST_NOT_FOUND',
    `there is no ${what} ${id}: it was retried, delivered or removed meanwhile, or there never was one`,
  );
}
