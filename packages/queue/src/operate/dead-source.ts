/**
 * Finds dead deliveries: ids first, in order and in parts; then, of those that are looked at, what is stored. Holds
 * a chunk of ids for each endpoint and about a megabyte of deliveries, however many there are.
 */
import { coalesce, type RedisClient } from '../connection.js';
import type { Inspector } from '../inspector.js';
import { queueKey } from '../names.js';
import { groupOf } from './dead-groups.js';
import { type DeadLetterDetail, readLetters } from './dead-letter.js';
import { bound, type Met, type Position, walk } from './walk.js';

/** Which dead deliveries. All that is given must hold; nothing given: all. */
export interface DeadFilter {
  /** Endpoints; those that left the configuration as well. */
  endpoints?: readonly string[];
  /** Dead at this time or later; epoch milliseconds. */
  since?: number;
  /** Dead at this time or before. */
  until?: number;
  /** Of the repository's name. A delivery without one, or one that cannot be read, is none of them. */
  repository?(name: string): boolean;
  /** Of the last attempt's reason: `http_503`, `timeout` … */
  reason?(reason: string): boolean;
  /** Of the last answer: what it was in words, and its body. */
  answer?(text: string): boolean;
  /** Key of a group, see `DeadGroup`. */
  group?: string;
  /** Ids of deliveries. */
  ids?: readonly string[];
}

/** Ids that are asked for at once, of each endpoint; and deliveries that are read at once. */
const CHUNK = 200;

/** One page looks through so many: some 150 ms of a core. */
export const MOST_LOOKED = 3_000;

/** The dead deliveries of all endpoints, by a {@link DeadFilter}. */
export type DeadSource = ReturnType<typeof createDeadSource>;

/** Where {@link DeadFilter} is applied: by id, endpoint and time before a delivery is read, by the rest after. */
export function createDeadSource(client: RedisClient, prefix: string, inspector: Pick<Inspector, 'known'>) {
  const setOf = (endpoint: string): string => queueKey(prefix, endpoint, 'failed');
  const jobOf = ({ endpoint, id }: Met): string => queueKey(prefix, endpoint, id);
  const setsOf = async ({ endpoints }: DeadFilter): Promise<Map<string, string>> => {
    const names = new Set(endpoints ?? (await inspector.known()));
    return new Map(Array.from(names, (name) => [name, setOf(name)]));
  };

  const locate = async (ids: readonly string[], sets: ReadonlyMap<string, string>): Promise<Met[]> => {
    coalesce(client);
    const looks = [...new Set(ids)].flatMap((id) =>
      Array.from(sets, async ([endpoint, key]) => {
        const score = await client.zscore(key, id);
        return score === null ? [] : [{ endpoint, id, score: Number(score) }];
      }),
    );
    return (await Promise.all(looks)).flat().sort((a, b) => b.score - a.score || (a.id < b.id ? 1 : -1));
  };

  /** What the time span and the ids leave, in parts. */
  async function* members(
    filter: DeadFilter,
    order: 'asc' | 'desc',
    after?: Position,
    chunk = CHUNK,
  ): AsyncGenerator<Met[]> {
    const sets = await setsOf(filter);
    const { since: min, until: max, ids } = filter;
    if (!ids) {
      yield* walk(client, sets, { order, min, max, after }, chunk);
      return;
    }
    const found = await locate(ids, sets);
    const within = found.filter((met) => isWithin(met, filter) && (!after || isOlder(met, after)));
    if (within.length > 0) yield order === 'desc' ? within : within.reverse();
  }

  return {
    setOf,
    setsOf,
    /** What the keys of an endpoint's jobs begin with. */
    jobsOf: (endpoint: string): string => queueKey(prefix, endpoint, ''),
    /** In parts of a megabyte at most; those that are gone when they are read are left out. */
    async *letters(
      filter: DeadFilter,
      order: 'asc' | 'desc',
      after?: Position,
      chunk = CHUNK,
    ): AsyncGenerator<DeadLetterDetail[]> {
      for await (const part of members(filter, order, after, Math.min(chunk, CHUNK))) {
        // A part of 100 endpoints is large, and a page may have enough with its beginning.
        for (let start = 0; start < part.length; start += CHUNK) {
          yield* readLetters(client, part.slice(start, start + CHUNK), jobOf);
        }
      }
    },
    /** How many the time span leaves, or the ids. */
    async countMembers(filter: DeadFilter): Promise<number> {
      const sets = await setsOf(filter);
      if (filter.ids) {
        return (await locate(filter.ids, sets)).filter((met) => isWithin(met, filter)).length;
      }
      const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = filter;
      const counts = Array.from(sets.values(), (key) => client.zcount(key, bound(since), bound(until)));
      return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
    },
    /** When the newest of an endpoint died; undefined when there is none. */
    async newest(endpoint: string): Promise<number | undefined> {
      const [, score] = (await client.zrevrange(setOf(endpoint), 0, 0, 'WITHSCORES')).flat();
      return score === undefined ? undefined : Number(score);
    },
  };
}

/** Whether the parts of a filter hold that need the delivery itself. */
export function fits(letter: DeadLetterDetail, filter: DeadFilter): boolean {
  const { event, reason, detail = '', last } = letter;
  if (filter.reason && !filter.reason(reason)) return false;
  if (filter.answer && !filter.answer(`${detail}\n${last?.body ?? ''}`)) return false;
  if (filter.group !== undefined && groupOf(letter).key !== filter.group) return false;
  return !filter.repository || (!!event?.view.repository && filter.repository(event.view.repository));
}

/** Whether {@link fits} has to look at all. */
export const looksInside = ({ repository, reason, answer, group }: DeadFilter): boolean =>
  Boolean(repository || reason || answer || group);

const isWithin = ({ score }: Met, { since = score, until = score }: DeadFilter): boolean =>
  score >= since && score <= until;

const isOlder = (met: Met, than: Position): boolean =>
  met.score < than.score || (met.score === than.score && met.id < than.id);
