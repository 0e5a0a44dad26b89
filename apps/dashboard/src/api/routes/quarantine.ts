/** What could not be read. */
import type { Operate, Retried } from '../../operate/index.js';
import { quarantineWords } from '../../operate/words.js';
import * as answers from '../answers/index.js';
import { needsFilter } from '../needs-filter.js';
import { type Route, route } from '../route.js';
import * as shape from '../shape.js';
import { all, paging } from './parameters.js';

export const quarantineRoutes = (operate: Operate): Route[] => [
  route({
    method: 'get',
    path: '/quarantine',
    summary: 'Requests that could not be read, newest first',
    query: quarantineWords.extend(paging),
    answer: answers.quarantine,
    handle: async ({ query: { limit, after, ...words } }) =>
      shape.listAnswer(
        await operate.quarantine(words, { limit, ...(after !== undefined && { after }) }),
        shape.quarantinedAnswer,
      ),
  }),
  route({
    method: 'get',
    path: '/quarantine/{id}',
    summary: 'One of them, with its body',
    answer: answers.quarantinedDetail,
    handle: async ({ params }) => shape.quarantinedDetailAnswer(await operate.quarantined(params.id ?? '')),
  }),
  route({
    method: 'post',
    path: '/quarantine/retry',
    summary: 'Read quarantined requests anew',
    description: 'What can be read is delivered; what cannot stays, with the reason of now.',
    body: quarantineWords.extend({ all }),
    answer: answers.quarantineRetried,
    handle: async ({ body: { all: everything, ...words } }) => {
      needsFilter(words, everything);
      const entries: Retried[] = [];
      for await (const entry of operate.retryQuarantine(words)) entries.push(entry);
      const count = (outcome: Retried['outcome']): number =>
        entries.filter((entry) => entry.outcome === outcome).length;
      const counts = { taken: count('taken'), unreadable: count('unreadable') };
      return { ...counts, cut: count('cut'), gone: count('gone'), entries };
    },
  }),
  route({
    method: 'post',
    path: '/quarantine/drop',
    summary: 'Delete quarantined requests',
    body: quarantineWords.extend({ all }),
    answer: answers.quarantineDropped,
    handle: async ({ body: { all: everything, ...words } }) => {
      needsFilter(words, everything);
      return { dropped: await operate.dropQuarantine(words) };
    },
  }),
];
