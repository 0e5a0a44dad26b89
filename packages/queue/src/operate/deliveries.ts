/**
 * The deliveries of one endpoint by state, and any one of them by its id. Reads only, a page at a time.
 *
 * Finished and delayed ones are in an order of their own, so pages neither repeat nor leave out what stays. Those
 * that wait or are in flight are a list that moves while it is read: a page is a look at it.
 */

import type { Delivery, LastAnswer } from '@longshore/event';
import { asking } from '../asking.js';
import { coalesce, type RedisClient } from '../connection.js';
import type { Inspector } from '../inspector.js';
import { queueKey } from '../names.js';
import type { Page } from './dead-letters.js';
import { DELAY_SCALE, type ListedState, type Looked, lookAt } from './look.js';
import { readStored, type StoredEvent, storedEvent } from './stored.js';
import { type Met, type Position, walk } from './walk.js';

/** A delivery without its payload. */
export interface StoredDelivery {
  id: string;
  endpoint: string;
  state: ListedState;
  /** Epoch milliseconds: when it was settled; of a delayed one, when its next attempt is due. */
  at?: number;
  /** Attempts that ended. */
  attempts: number;
  /** What the last attempt came to, when it failed; in words. */
  failed?: string;
  /** The rule that kept a settled one from its receiver. */
  ignored?: string;
  /** Of a settled one that was not delivered: id of the newer delivery that superseded it while it waited. */
  supersededBy?: string;
  /** What it is about; absent when this version cannot read what is stored. */
  event?: StoredEvent;
  /** Size of what is stored. */
  bytes: number;
}

/** All that is known of a delivery. */
export interface StoredDeliveryDetail extends StoredDelivery {
  /** How often a worker has taken it; attempts that a crash or a shutdown interrupted are among them. */
  taken: number;
  last?: LastAnswer;
  /** Absent when it cannot be read, and of a settled one: its body is not kept. */
  delivery?: Delivery;
  /** What is stored, as it is, when it cannot be read as a delivery. */
  raw?: string;
}

/** Both reject with LongshoreError QUEUE_UNAVAILABLE while Redis is unavailable. */
export interface Deliveries {
  /** Settled ones newest first; the others in the order of their turn. */
  page(endpoint: string, state: ListedState, limit: number, after?: Position): Promise<Page<StoredDelivery>>;
  /**
   * @param endpoint where it is; default: any
   * @returns undefined when there is no delivery of this id any more
   */
  find(id: string, endpoint?: string): Promise<StoredDeliveryDetail | undefined>;
  /** The state of each delivery of these ids that the endpoint's queue knows. */
  states(endpoint: string, ids: readonly string[]): Promise<ReadonlyMap<string, ListedState>>;
}

const SETS = { delayed: 'delayed', delivered: 'completed', dead: 'failed' } as const;

/** @param client of the producer profile: fails fast. It is the caller’s to close */
export function createDeliveries(
  client: RedisClient,
  prefix: string,
  inspector: Pick<Inspector, 'known'>,
): Deliveries {
  const read = async ({ id, endpoint, score }: Met, state: ListedState) => {
    const stored = await readStored(client, queueKey(prefix, endpoint, id), id, endpoint);
    if (!stored) return undefined;
    if (state === 'waiting' || state === 'active') return detailOf(id, endpoint, { state, stored });
    const at = state === 'delayed' ? Math.floor(score / DELAY_SCALE) : score;
    return detailOf(id, endpoint, { state, at, stored });
  };

  const membersOf = async (endpoint: string, state: ListedState, limit: number, after?: Position) => {
    if (state === 'waiting' || state === 'active') {
      // The score of such a cursor is how many are passed.
      const start = after?.score ?? 0;
      const key = (part: string): string => queueKey(prefix, endpoint, part);
      const most = limit + 1;
      // Parked behind others of their order: they came before those that nothing has looked at yet.
      const parked = state === 'waiting' ? await client.zcard(key('prioritized')) : 0;
      const first =
        start < parked ? await client.zrange(key('prioritized'), `${start}`, `${start + most - 1}`) : [];
      const list = key(state === 'waiting' ? 'wait' : 'active');
      const passed = Math.max(0, start - parked);
      const left = most - first.length;
      // The next to be taken is at the list's end.
      const rest = left > 0 ? (await client.lrange(list, -passed - left, -passed - 1)).reverse() : [];
      return [...first, ...rest].map((id, n): Met => ({ endpoint, id, score: start + n + 1 }));
    }
    const sets = new Map([[endpoint, queueKey(prefix, endpoint, SETS[state])]]);
    const order = state === 'delayed' ? 'asc' : 'desc';
    for await (const part of walk(client, sets, { order, after }, limit + 1)) return part;
    return [];
  };

  const page: Deliveries['page'] = async (endpoint, state, limit, after) => {
    const met = await membersOf(endpoint, state, limit, after);
    const shown = met.slice(0, limit);
    const last = shown.at(-1);
    coalesce(client);
    const found = await Promise.all(shown.map((each) => read(each, state)));
    const items = found.filter((item) => item !== undefined).map(summaryOf);
    return { items, ...(met.length > limit && last && { next: { score: last.score, id: last.id } }) };
  };

  const find: Deliveries['find'] = async (id, only) => {
    const known = only === undefined ? await inspector.known() : [only];
    const looked = await Promise.all(known.map((endpoint) => lookAt(client, prefix, endpoint, id)));
    const at = looked.findIndex((one) => one !== undefined);
    const [endpoint, found] = [known[at], looked[at]];
    return endpoint === undefined || !found ? undefined : detailOf(id, endpoint, found);
  };

  const states: Deliveries['states'] = async (endpoint, ids) => {
    const keys = ids.map((id) => queueKey(prefix, endpoint, id));
    // Of new ones, which most are, one command is enough.
    if (keys.length === 0 || (await client.exists(...keys)) === 0) return new Map();
    const looked = await Promise.all(ids.map((id) => lookAt(client, prefix, endpoint, id)));
    return new Map(looked.flatMap((one, n) => (one ? [[ids[n] ?? '', one.state] as const] : [])));
  };

  return {
    page: (...args) => asking(client, () => page(...args)),
    find: (...args) => asking(client, () => find(...args)),
    states: (...args) => asking(client, () => states(...args)),
  };
}

function detailOf(id: string, endpoint: string, { state, at, stored }: Looked): StoredDeliveryDetail {
  const { delivery, about, raw, bytes, attempts, taken, last, failedReason, returned, supersededBy } = stored;
  const ignored = returned?.startsWith('ignored: ') ? returned.slice('ignored: '.length) : undefined;
  const failed = state === 'delivered' ? '' : failedReason;
  return {
    id,
    endpoint,
    state,
    ...(at !== undefined && { at }),
    attempts,
    taken,
    ...(failed && { failed }),
    ...(ignored && { ignored }),
    ...(supersededBy !== undefined && { supersededBy }),
    bytes,
    ...(last && { last }),
    ...(about && { event: storedEvent(about) }),
    ...(delivery ? { delivery } : !about && supersededBy === undefined && { raw }),
  };
}

function summaryOf(detail: StoredDeliveryDetail): StoredDelivery {
  const { taken: _taken, last: _last, delivery: _delivery, raw: _raw, ...summary } = detail;
  return summary;
}
