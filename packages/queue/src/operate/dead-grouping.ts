/** Which dead deliveries are counted into groups, and how: by Redis, or read one by one where the filter needs bodies. */
import type { RedisClient } from '../connection.js';
import { type DeadGroup, type DeadGroups, groupOf, groupsOf, mergeGroups } from './dead-groups.js';
import type { DeadLetterDetail } from './dead-letter.js';
import { type DeadFilter, type DeadSource, fits, MOST_LOOKED } from './dead-source.js';

/** The groups of so many are counted by Redis: some 200 ms, a few at a time. */
const MOST_GROUPED = 20_000;

/** See `DeadLetters.groups`. */
export function createGrouping(client: RedisClient, source: DeadSource) {
  /** So that one endpoint with very many does not hide the others. */
  const smallestFirst = async (filter: DeadFilter): Promise<[endpoint: string, set: string][]> => {
    const sets = [...(await source.setsOf(filter))];
    const sized = await Promise.all(sets.map(async (each) => ({ each, size: await client.zcard(each[1]) })));
    return sized.sort((a, b) => a.size - b.size).map(({ each }) => each);
  };

  const counted = async (filter: DeadFilter) => {
    const found: DeadGroup[] = [];
    let looked = 0;
    for (const [endpoint, set] of await smallestFirst(filter)) {
      const span = { since: filter.since, until: filter.until, most: MOST_GROUPED - looked };
      const own = await groupsOf(client, { set, jobs: source.jobsOf(endpoint) }, endpoint, span);
      looked += own.looked;
      found.push(...own.groups);
    }
    return { found, looked };
  };

  const read = async (filter: DeadFilter) => {
    const found: DeadGroup[] = [];
    let looked = 0;
    for await (const letters of source.letters(filter, 'desc')) {
      looked += letters.length;
      found.push(...letters.filter((letter) => fits(letter, filter)).map(groupOfOne));
      if (looked >= MOST_LOOKED) break;
    }
    return { found, looked };
  };

  return async (filter: DeadFilter): Promise<DeadGroups> => {
    const { repository, answer, ids, reason, group } = filter;
    const { found, looked } = await (repository || answer || ids ? read(filter) : counted(filter));
    const wanted = found.filter((one) => (!reason || reason(one.reason)) && (!group || one.key === group));
    return { groups: mergeGroups(wanted), looked, more: looked < (await source.countMembers(filter)) };
  };
}

const groupOfOne = (letter: DeadLetterDetail): DeadGroup => ({
  ...groupOf(letter),
  ...{ count: 1, newestAt: letter.deadAt, oldestAt: letter.deadAt },
});
