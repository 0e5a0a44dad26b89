/** Requests that could not be parsed. */
import { type AdminService, type QuarantineRetry, requireFilterOrAll } from '@longshore/operator';
import * as answers from '@longshore/operator/answers';
import { quarantineQuery, answers as schemas } from '@longshore/operator/schemas';
import { assertMayDrop } from '../../access/routes.js';
import { type Route, route } from '../route.js';
import { all, as, paging } from './parameters.js';

/** Routes below `/quarantine`. */
export const quarantineRoutes = (admin: AdminService): Route[] => [
  route({
    method: 'get',
    path: '/quarantine',
    summary: 'Requests that could not be parsed, newest first',
    query: quarantineQuery.extend(paging),
    answer: schemas.quarantine,
    handle: async ({ query: { limit, after, ...filter } }) =>
      answers.listAnswer(
        await admin.quarantine(filter, { limit, ...(after !== undefined && { after }) }),
        answers.quarantinedAnswer,
      ),
  }),
  route({
    method: 'get',
    path: '/quarantine/{id}',
    summary: 'One quarantined request, with its body',
    answer: schemas.quarantinedDetail,
    handle: async ({ params }) => answers.quarantinedDetailAnswer(await admin.quarantined(params.id ?? '')),
  }),
  route({
    method: 'post',
    path: '/quarantine/retry',
    summary: 'Retry quarantined requests',
    description:
      'Parses them again. Those that parse are delivered; the others stay, with their current reason.',
    body: quarantineQuery.extend({ all, as }),
    answer: schemas.quarantineRetried,
    handle: async ({ body: { all: everything, as: kind, ...filter }, actor }) => {
      requireFilterOrAll(filter, everything);
      const settings = kind === undefined ? {} : { as: kind };
      const entries: QuarantineRetry[] = [];
      for await (const entry of admin.as(actor).retryQuarantine(filter, settings)) entries.push(entry);
      const count = (outcome: QuarantineRetry['outcome']): number =>
        entries.filter((entry) => entry.outcome === outcome).length;
      const counts = { taken: count('taken'), unreadable: count('unreadable') };
      return { ...counts, cut: count('cut'), gone: count('gone'), entries };
    },
  }),
  route({
    method: 'post',
    path: '/quarantine/drop',
    summary: 'Delete quarantined requests',
    body: quarantineQuery.extend({ all }),
    answer: schemas.quarantineDropped,
    handle: async ({ body: { all: everything, ...filter }, actor }) => {
      requireFilterOrAll(filter, everything);
      assertMayDrop(actor, filter.id);
      return { dropped: await admin.as(actor).dropQuarantine(filter) };
    },
  }),
];
