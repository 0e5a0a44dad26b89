/**
 * What an operator looks at and does, once: the command line, the API and the pages call these same functions.
 * Nothing here knows HTTP. Texts go in as they were written; what cannot be understood is REQUEST_INVALID.
 */
import { sourceNames } from '@longshore/config';
import { excerpt, LongshoreError } from '@longshore/event';
import {
  createDeadLetters,
  createDeliveries,
  createInspector,
  createJournal,
  createPauses,
  createPreheatRuns,
  createPulseReader,
  createQuarantine,
  createTracer,
  type DeadFilter,
  type Page,
  type Position,
  type Quarantined,
} from '@longshore/queue/operator';
import { createEndpoints, heldBy } from './endpoints.js';
import type { Held, Listing, Operate, OperateParts } from './port.js';
import { createQuarantineActs } from './quarantine.js';
import { cursorOf, type DeadWords, deadFilter, positionOf, quarantineFilter } from './words.js';

export type { EndpointOverview } from './endpoints.js';
export type { BulkSettings, Held, Listing, Operate, OperateParts, Paging } from './port.js';
export { isCut, type Replay, type Replayed, type Retried } from './quarantine.js';
export type { DeadWords, QuarantineWords } from './words.js';

/** See {@link Operate}. What it opens is closed with it; the client is not. */
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
  const runs = createPreheatRuns(client, prefix);
  const acts = createQuarantineActs({ quarantine, journal: createJournal(client, prefix), replay, by });

  /** An endpoint that nobody knows is a slip of the pen, not an empty list. */
  const filterOf = async (words: DeadWords) => {
    const filter = deadFilter(words, now());
    if (words.endpoint !== undefined) await endpoints.known(words.endpoint);
    return filter;
  };
  /** Names of the endpoints that a filter can concern; undefined: any. */
  const concerned = async ({ endpoints: named, ids }: DeadFilter): Promise<readonly string[] | undefined> => {
    if (!ids) return named;
    const found: string[] = [];
    for (const id of ids) found.push((await letters.find(id))?.endpoint ?? '');
    return found;
  };
  const held = async (words: DeadWords): Promise<Held[]> => {
    const named = await concerned(await filterOf(words));
    return (await endpoints.all()).flatMap((endpoint) => {
      const { name, pulse: seen } = endpoint;
      const why = heldBy(endpoint);
      return why && seen.dead > 0 && (named?.includes(name) ?? true) ? [{ endpoint: name, why }] : [];
    });
  };

  return {
    names: endpoints.names,
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
    preheats: async (name) => runs.list(await endpoints.known(name)),
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
      const open = [inspector, pauses];
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
    `there is no ${what} ${excerpt(id)}: it was retried, delivered or removed meanwhile, or there never was one`,
  );
}
