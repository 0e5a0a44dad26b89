/** Image events and pulls of the archive. */
import type { ArchiveReader } from '@longshore/archive/read';
import type { ImageEventFilter, SessionFilter } from '@longshore/archive/sessions';
import { archiveAnswers, CSV_COLUMNS, everyPage, filterOf, madeQueries } from '@longshore/operator/archive';
import { type Route, route } from '../route.js';
import { exported, listing, once, pageOf } from './listing.js';

/** @param open the archive, or an error when there is none */
export const madeRoutes = (open: () => ArchiveReader): Route[] => [
  route({
    method: 'get',
    path: '/archive/image-events',
    summary: 'Image events, newest first: one for a push, a tag or a delete',
    description: 'With `action=pull.failed` pulls that a registry refused, by its log.',
    query: madeQueries.imageEvents.extend(listing),
    answer: archiveAnswers.imageEvents,
    async handle({ query: { limit, after, format: _, ...filter }, signal }) {
      const wanted = filterOf<ImageEventFilter>(filter);
      const { items, ...more } = await open().imageEvents(wanted, pageOf({ limit, after }, signal));
      return { ...more, items: items.map((event) => ({ ...event })) };
    },
    export({ query: { limit, after, format: _, ...filter }, signal }) {
      const wanted = filterOf<ImageEventFilter>(filter);
      const items = everyPage((page) => open().imageEvents(wanted, page), { limit, after, signal });
      return { name: 'image-events', columns: CSV_COLUMNS.imageEvents, items };
    },
  }),
  route({
    method: 'get',
    path: '/archive/sessions',
    summary: 'Pulls, newest first: who pulled what, and how it ended',
    query: madeQueries.sessions.extend(listing),
    answer: archiveAnswers.sessions,
    handle: async ({ query: { limit, after, format: _, ...filter }, signal }) =>
      open().sessions(filterOf<SessionFilter>(filter), pageOf({ limit, after }, signal)),
    export({ query: { limit, after, format: _, ...filter }, signal }) {
      const wanted = filterOf<SessionFilter>(filter);
      const items = everyPage((page) => open().sessions(wanted, page), { limit, after, signal });
      return { name: 'pulls', columns: CSV_COLUMNS.sessions, items };
    },
  }),
  route({
    method: 'get',
    path: '/archive/stats/sessions',
    summary: 'Pulls of each day, by how they ended',
    description: 'The last 30 days unless `since` is given. Days are of UTC.',
    query: madeQueries.sessionDays.extend(exported),
    answer: archiveAnswers.sessionDays,
    handle: async ({ query: { format: _, ...filter } }) => ({
      items: await open().sessionsPerDay(filterOf(filter)),
    }),
    export: ({ query: { format: _, ...filter } }) => ({
      name: 'sessions',
      columns: CSV_COLUMNS.sessionDays,
      items: once(() => open().sessionsPerDay(filterOf(filter))),
    }),
  }),
];
