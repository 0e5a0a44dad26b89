/**
 * The dead-letter sets of all endpoints: to look through, to retry, to drop. Walks in chunks with bounded memory,
 * however many there are. Whatever else retries, drops or expires them at the same moment: each happens once.
 */
import { asking } from '../asking.js';
import type { RedisClient } from '../connection.js';
import type { Inspector } from '../inspector.js';
import { queueKey } from '../names.js';
import { createDeadActs } from './dead-acts.js';
import { type BulkOptions, type BulkParts, type BulkResult, runBulk } from './dead-bulk.js';
import { createGrouping } from './dead-grouping.js';
import type { DeadGroups } from './dead-groups.js';
import { type DeadLetter, type DeadLetterDetail, summaryOf } from './dead-letter.js';
import {
  createDeadSource,
  type DeadFilter,
  type DeadSource,
  fits,
  looksInside,
  MOST_LOOKED,
} from './dead-source.js';
import type { Position } from './walk.js';

/** One page of a list. */
export interface Page<Item> {
  items: Item[];
  /** Where the next page begins; absent on the last one. */
  next?: Position;
}

/** All methods reject with LongshoreError QUEUE_UNAVAILABLE while Redis is unavailable. */
export interface DeadLetters {
  /**
   * Newest first. What comes or goes between two pages moves nothing else. A page can have fewer than `limit`, or
   * none, and still a next one: it looks through 3,000 at most.
   * @param after `next` of the page before
   */
  page(filter: DeadFilter, limit: number, after?: Position): Promise<Page<DeadLetter>>;
  /** @returns undefined when no delivery of this id is dead */
  find(id: string): Promise<DeadLetterDetail | undefined>;
  /**
   * Counts by endpoint, reason and answer, the largest first. Of 20,000 deliveries of the filter's span at most, the
   * newest of each endpoint; with `repository`, `answer` or `ids` of the newest 3,000.
   */
  groups(filter: DeadFilter): Promise<DeadGroups>;
  /** Without `repository`, `reason`, `answer` and `group` this reads no delivery. */
  count(filter: DeadFilter): Promise<number>;
  /**
   * Puts them back into their queues with all of their attempts, the oldest first, under the same id. What dies
   * again meanwhile is not retried a second time.
   * @param by who does it, for the record
   */
  retry(filter: DeadFilter, by: string, options?: BulkOptions): Promise<BulkResult>;
  /** Deletes them, the oldest first. */
  drop(filter: DeadFilter, by: string, options?: BulkOptions): Promise<BulkResult>;
}

/** So that a replay shares the receiver with what is fresh. */
const RETRY_RATE = 100;
const MAX_WAITING = 1_000;

/** @param client of the producer profile: fails fast. It is the caller’s to close */
export function createDeadLetters(
  client: RedisClient,
  prefix: string,
  inspector: Pick<Inspector, 'known'>,
): DeadLetters {
  const source = createDeadSource(client, prefix, inspector);
  const acts = createDeadActs(client, prefix);
  const groups = createGrouping(client, source);

  const page: DeadLetters['page'] = async (filter, limit, after) => {
    const items: DeadLetter[] = [];
    let looked = 0;
    for await (const letters of source.letters(filter, 'desc', after, limit)) {
      for (const letter of letters) {
        looked++;
        if (fits(letter, filter)) items.push(summaryOf(letter));
        if (items.length < limit && looked < MOST_LOOKED) continue;
        return { items, next: { score: letter.deadAt, id: letter.id } };
      }
    }
    return { items };
  };

  const find: DeadLetters['find'] = async (id) => {
    for await (const [letter] of source.letters({ ids: [id] }, 'desc')) return letter;
    return undefined;
  };

  const count: DeadLetters['count'] = async (filter) => {
    if (!looksInside(filter)) return source.countMembers(filter);
    let found = 0;
    for await (const letters of source.letters(filter, 'desc')) {
      found += letters.filter((letter) => fits(letter, filter)).length;
    }
    return found;
  };

  const endless = async (): Promise<number> => Number.POSITIVE_INFINITY;

  /** With those that are parked behind others of their order. */
  const waitingOf = async (endpoint: string): Promise<number> => {
    const [wait, parked] = await Promise.all([
      client.llen(queueKey(prefix, endpoint, 'wait')),
      client.zcard(queueKey(prefix, endpoint, 'prioritized')),
    ]);
    return wait + parked;
  };

  const retry: DeadLetters['retry'] = (filter, by, options = {}) => {
    const { rate = RETRY_RATE, maxWaiting = MAX_WAITING, held } = options;
    const room = async (endpoint: string): Promise<number> =>
      held?.(endpoint) ? endless() : maxWaiting - (await waitingOf(endpoint));
    return bulk(source, filter, { act: (letter) => acts.retry(letter, by), room }, { ...options, rate });
  };

  const drop: DeadLetters['drop'] = (filter, by, options = {}) =>
    bulk(source, filter, { act: (letter) => acts.drop(letter, by), room: endless }, options);

  return {
    page: (...args) => asking(client, () => page(...args)),
    find: (id) => asking(client, () => find(id)),
    groups: (filter) => asking(client, () => groups(filter)),
    count: (filter) => asking(client, () => count(filter)),
    retry: (...args) => asking(client, () => retry(...args)),
    drop: (...args) => asking(client, () => drop(...args)),
  };
}

type Act = Pick<BulkParts<DeadLetterDetail>, 'act' | 'room'>;

/** Of each endpoint what is dead now: what dies from here on is another matter. */
async function bulk(
  source: DeadSource,
  filter: DeadFilter,
  work: Act,
  options: BulkOptions,
): Promise<BulkResult> {
  const spans = new Map<string, DeadFilter>();
  for (const endpoint of (await source.setsOf(filter)).keys()) {
    const newest = await source.newest(endpoint);
    if (newest === undefined) continue;
    const until = Math.min(filter.until ?? newest, newest);
    spans.set(endpoint, { ...filter, endpoints: [endpoint], until });
  }
  const counts = await Promise.all(Array.from(spans.values(), source.countMembers));
  const dead = counts.reduce((sum, each) => sum + each, 0);
  const total = filter.ids ? Math.max(new Set(filter.ids).size, dead) : dead;
  const lanes = new Map(Array.from(spans, ([endpoint, span]) => [endpoint, matching(source, span)]));
  const result = await runBulk({ total, lanes, ...work }, options);
  if (result.stopped) return result;
  // What was counted and not met has left the dead-letter set on its own.
  const missed = Math.max(0, total - result.looked);
  return { ...result, looked: total, skipped: result.skipped + (looksInside(filter) ? 0 : missed) };
}

async function* matching(source: DeadSource, filter: DeadFilter) {
  for await (const letters of source.letters(filter, 'asc')) {
    yield { looked: letters.length, matching: letters.filter((letter) => fits(letter, filter)) };
  }
}
