/** The dead-letter set: list, count, retry, delete. */
import type { BulkResult, DeadFilter, DeadLetters } from '@longshore/queue/dead';
import type { DeadGroups } from '@longshore/queue/dead-groups';
import type { Acts } from './access/acts.js';
import type { createEndpoints, EndpointOverview } from './endpoints.js';
import { listingOf, notFound } from './listing.js';
import type { AdminService, BulkSettings, RetryPreview } from './port.js';
import { type DeadLetterQuery, deadLetterFilter, positionOf } from './query.js';

/** What the methods work with. */
export interface DeadLetterDeps {
  letters: DeadLetters;
  endpoints: ReturnType<typeof createEndpoints>;
  acts: Acts;
  /** Epoch milliseconds. */
  now(): number;
}

type DeadLetterMethods = Pick<
  AdminService,
  | 'deadLetters'
  | 'deadLetter'
  | 'countDeadLetters'
  | 'retryDeadLetters'
  | 'dropDeadLetters'
  | 'blockedEndpoints'
  | 'deadGroups'
  | 'previewRetry'
>;

/** The methods of {@link AdminService} for dead letters. */
export function deadLetterMethods({ letters, endpoints, acts, now }: DeadLetterDeps): DeadLetterMethods {
  /** An unknown endpoint is a typing error, not an empty list. */
  const filterOf = async (query: DeadLetterQuery) => {
    const filter = deadLetterFilter(query, now());
    if (query.endpoint !== undefined) await endpoints.existing(query.endpoint);
    return filter;
  };
  /** Names of the endpoints that a filter can match; undefined: any. */
  const matching = async ({ endpoints: named, ids }: DeadFilter): Promise<readonly string[] | undefined> => {
    if (!ids) return named;
    const found: string[] = [];
    for (const id of ids) found.push((await letters.find(id))?.endpoint ?? '');
    return found;
  };
  const blockedEndpoints: AdminService['blockedEndpoints'] = async (query) => {
    const names = await matching(await filterOf(query));
    return (await endpoints.all()).flatMap(({ name, blocked, pulse: { dead } }) =>
      blocked && dead > 0 && (names?.includes(name) ?? true)
        ? [{ endpoint: name, why: `${blocked}; retried deliveries stay queued` }]
        : [],
    );
  };
  const deadGroups: AdminService['deadGroups'] = async (query) => letters.groups(await filterOf(query));
  /** Runs a bulk action, noted with how many it changed. */
  const noted = async (
    action: string,
    query: DeadLetterQuery,
    settings: BulkSettings,
    run: (watched: BulkSettings) => Promise<BulkResult>,
  ): Promise<BulkResult> => {
    let changed = 0;
    const onProgress: BulkSettings['onProgress'] = (progress) => {
      changed = progress.done;
      settings.onProgress?.(progress);
    };
    const counted = async () => {
      const result = await run({ ...settings, onProgress });
      return { ...result, count: result.done };
    };
    const act = { action, endpoint: query.endpoint, filter: query };
    const { count: _, ...result } = await acts.many(act, counted, () => changed);
    return result;
  };
  return {
    async deadLetters(query, { limit, after }) {
      return listingOf(await letters.page(await filterOf(query), limit, positionOf(after)));
    },
    deadLetter: async (id) => (await letters.find(id)) ?? notFound('dead-lettered delivery', id),
    countDeadLetters: async (query) => letters.count(await filterOf(query)),
    async retryDeadLetters(query, settings = {}) {
      const filter = await filterOf(query);
      const blocked = new Set((await blockedEndpoints(query)).map(({ endpoint }) => endpoint));
      return noted('dead.retry', query, settings, (watched) =>
        letters.retry(filter, acts.by, { ...watched, held: (endpoint) => blocked.has(endpoint) }),
      );
    },
    async dropDeadLetters(query, settings = {}) {
      const filter = await filterOf(query);
      return noted('dead.drop', query, settings, (watched) => letters.drop(filter, acts.by, watched));
    },
    blockedEndpoints,
    deadGroups,
    previewRetry: async (query) => previewOf(await deadGroups(query), await endpoints.all()),
  };
}

function previewOf({ groups }: DeadGroups, all: readonly EndpointOverview[]): RetryPreview[] {
  const counts = new Map<string, number>();
  for (const { endpoint, count } of groups) counts.set(endpoint, (counts.get(endpoint) ?? 0) + count);
  return all
    .flatMap(({ name, state, pulse, blocked }) => {
      const count = counts.get(name);
      const preview = { endpoint: name, waiting: pulse.waiting + pulse.delayed, state: state.words };
      return count === undefined ? [] : [{ ...preview, count, ...(blocked && { blocked }) }];
    })
    .sort((a, b) => b.count - a.count);
}
