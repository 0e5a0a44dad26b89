/** What the archive holds: events, repositories, tags, images, numbers. */
import type {
  ArchiveReader,
  EventFilter,
  PageRequest,
  RepositoryFilter,
  TopFilter,
  UnusedFilter,
} from '@longshore/archive/read';
import { excerpt, LongshoreError } from '@longshore/event';
import {
  archiveAnswers,
  CSV_COLUMNS,
  eventQuery,
  everyPage,
  filterOf,
  repositoryQuery,
  statsQuery,
  unusedQuery,
  windowOf,
} from '@longshore/operator/archive';
import { z } from 'zod';
import { type Route, route } from '../route.js';
import { exported, listing, MOST, once, pageOf } from './listing.js';
import { madeRoutes } from './made.js';

const REPOSITORY = { description: 'Name of the repository.', example: 'acme/app' };

const ofRepository = {
  repository: z.string().min(1).max(1_000).meta(REPOSITORY),
  source: repositoryQuery.shape.source,
};
const flag = (description: string) =>
  z
    .preprocess(
      (text) => (text === 'true' ? true : text === 'false' ? false : text),
      z.boolean().default(false),
    )
    .meta({ description });

/** @param archive absent: every route answers ARCHIVE_OFF */
export function archiveRoutes(archive: ArchiveReader | undefined): Route[] {
  const open = (): ArchiveReader => {
    if (archive) return archive;
    throw new LongshoreError(
      'ARCHIVE_OFF',
      'there is no archive: add `archive: {}` to the configuration and restart',
    );
  };
  return [
    ...lists(open),
    ...madeRoutes(open),
    ...tagLists(open),
    ...numbers(open),
    unusedRoute(open),
    ...single(open),
  ];
}

type Open = () => ArchiveReader;

const lists = (open: Open): Route[] => [
  route({
    method: 'get',
    path: '/archive/events',
    summary: 'Events of the archive, newest first',
    query: eventQuery.extend({
      ...listing,
      body: flag('`true`: with the events as they are delivered. Not in CSV.'),
      first: z.enum(['newest', 'oldest']).optional().meta({ description: 'Default: newest.' }),
    }),
    answer: archiveAnswers.events,
    handle: async ({ query: { limit, after, format: _, body, first = 'newest', ...filter }, signal }) =>
      open().events(filterOf(filter), { ...pageOf({ limit, after }, signal), body, first }),
    export({ query: { limit, after, format: _, body, first = 'newest', ...filter }, signal }) {
      const wanted = filterOf<EventFilter>(filter);
      const read = (page: PageRequest) => open().events(wanted, { ...page, body, first });
      return {
        name: 'events',
        columns: CSV_COLUMNS.events,
        items: everyPage(read, { limit, after, signal }),
      };
    },
  }),
  route({
    method: 'get',
    path: '/archive/repositories',
    summary: 'Repositories, the newest activity first',
    query: repositoryQuery.extend(listing),
    answer: archiveAnswers.repositories,
    handle: async ({ query: { limit, after, format: _, ...filter }, signal }) =>
      open().repositories(filterOf(filter), pageOf({ limit, after }, signal)),
    export({ query: { limit, after, format: _, ...filter }, signal }) {
      const wanted = filterOf<RepositoryFilter>(filter);
      const items = everyPage((page) => open().repositories(wanted, page), { limit, after, signal });
      return { name: 'repositories', columns: CSV_COLUMNS.repositories, items };
    },
  }),
];

const tagLists = (open: Open): Route[] => [
  route({
    method: 'get',
    path: '/archive/tags',
    summary: 'Tags of a repository by name, with what each points to now',
    description:
      'Of several sources that have the repository, the one with the newest event unless `source` is given.',
    query: z.strictObject({ ...ofRepository, deleted: flag('`true`: with deleted ones.'), ...listing }),
    answer: archiveAnswers.tags,
    handle: async ({ query: { limit, after, format: _, ...key }, signal }) =>
      open().tags(key, pageOf({ limit, after }, signal)),
    export: ({ query: { limit, after, format: _, ...key }, signal }) => ({
      name: 'tags',
      columns: CSV_COLUMNS.tags,
      items: everyPage((page) => open().tags(key, page), { limit, after, signal }),
    }),
  }),
  route({
    method: 'get',
    path: '/archive/tags/moves',
    summary: 'Pushes and deletes of a tag, newest first: what it pointed to',
    query: z.strictObject({ ...ofRepository, tag: z.string().min(1).max(1_000), ...listing }),
    answer: archiveAnswers.moves,
    handle: async ({ query: { limit, after, format: _, ...key }, signal }) =>
      open().tagMoves(key, pageOf({ limit, after }, signal)),
    export: ({ query: { limit, after, format: _, ...key }, signal }) => ({
      name: 'moves',
      columns: CSV_COLUMNS.moves,
      items: everyPage((page) => open().tagMoves(key, page), { limit, after, signal }),
    }),
  }),
];

const topQuery = z.strictObject({
  of: z.enum(['repositories', 'tags', 'actors', 'clients']).default('repositories'),
  by: z
    .enum(['pulls', 'checks', 'pushes', 'deletes', 'bytes'])
    .optional()
    .meta({ description: 'Default: pulls; of the actors of one repository pushes.' }),
  repository: statsQuery.shape.repository,
  source: statsQuery.shape.source,
  since: statsQuery.shape.since,
  until: statsQuery.shape.until,
  limit: z.coerce.number().int().min(1).max(MOST).default(20),
  ...exported,
});

const numbers = (open: Open): Route[] => [
  route({
    method: 'get',
    path: '/archive/stats/pulls',
    summary: 'Pulls, checks (HEAD), pushes and deletes of each day',
    description: 'The last 30 days unless `since` is given. Days are of UTC.',
    query: statsQuery.extend(exported),
    answer: archiveAnswers.days,
    handle: async ({ query: { format: _, ...filter } }) => ({
      items: await open().pullsPerDay(filterOf(filter)),
    }),
    export({ query: { format: _, ...filter } }) {
      const items = once(() => open().pullsPerDay(filterOf(filter)));
      return { name: 'pulls', columns: CSV_COLUMNS.days, items };
    },
  }),
  route({
    method: 'get',
    path: '/archive/stats/top',
    summary: 'The most pulled repositories, tags, actors or clients',
    description: 'The last 30 days unless `since` is given.',
    query: topQuery,
    answer: archiveAnswers.top,
    handle: async ({ query, signal }) => ({ items: await open().top(topFilter(query, signal)) }),
    export: ({ query, signal }) => ({
      name: `top-${query.of}`,
      columns: CSV_COLUMNS.top,
      items: once(() => open().top(topFilter(query, signal))),
    }),
  }),
];

const topFilter = (
  { format: _, since, until, by, repository, source, ...query }: z.output<typeof topQuery>,
  signal: AbortSignal,
): TopFilter => ({
  ...query,
  ...windowOf({ since, until }),
  ...(by && { by }),
  ...(repository !== undefined && { repository }),
  ...(source !== undefined && { source }),
  signal,
});

const unusedRoute = (open: Open): Route =>
  route({
    method: 'get',
    path: '/archive/unused',
    summary: 'Tags that were not pulled for so many days, unused the longest first',
    description:
      'By tag or by the digest that it points to now; what was never pulled, or moved since, counts from its push. `archive` says how far back the events reach.',
    query: unusedQuery.extend(listing),
    answer: archiveAnswers.unused,
    async handle({ query: { limit, after, format: _, ...filter }, signal }) {
      const page = await open().unused(filterOf(filter), pageOf({ limit, after }, signal));
      const { since, until } = await open().coverage();
      return { ...page, archive: { since, until } };
    },
    export({ query: { limit, after, format: _, ...filter }, signal }) {
      const wanted = filterOf<UnusedFilter>(filter);
      const items = everyPage((page) => open().unused(wanted, page), { limit, after, signal });
      return { name: 'unused', columns: CSV_COLUMNS.unused, items };
    },
  });

const single = (open: Open): Route[] => [
  route({
    method: 'get',
    path: '/archive/images',
    summary: 'What is known of a digest: where it is tagged, and who pulled it',
    query: z.strictObject({
      digest: z.string().min(1).max(1_000).meta({ description: eventQuery.shape.digest.meta()?.description }),
    }),
    answer: archiveAnswers.image,
    async handle({ query: { digest } }) {
      const image = await open().image(digest);
      if (image) return { ...image, pulledBy: await open().imagePullers(image.digest) };
      throw new LongshoreError('REQUEST_NOT_FOUND', `the archive has no event of digest ${excerpt(digest)}`);
    },
  }),
  route({
    method: 'get',
    path: '/archive/coverage',
    summary: 'What the archive holds: since when, of which sources, and known gaps',
    answer: archiveAnswers.coverage,
    handle: async () => open().coverage(),
  }),
];
