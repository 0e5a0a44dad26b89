/** The dead-letter sets. */
import type { Operate } from '../../operate/index.js';
import type { Operations } from '../../operate/operations.js';
import { deadWords } from '../../operate/words.js';
import * as answers from '../answers/index.js';
import { needsFilter } from '../needs-filter.js';
import { type Route, route } from '../route.js';
import * as shape from '../shape.js';
import { all, paging, rate } from './parameters.js';

export const deadRoutes = (operate: Operate, operations: Operations): Route[] => [
  route({
    method: 'get',
    path: '/dead',
    summary: 'The dead-letter sets, newest first',
    description: 'A page looks through 3,000 at most, so it can be short, or empty, and still have a `next`.',
    query: deadWords.extend(paging),
    answer: answers.deadLetters,
    handle: async ({ query: { limit, after, ...words } }) =>
      shape.listAnswer(
        await operate.dead(words, { limit, ...(after !== undefined && { after }) }),
        shape.deadAnswer,
      ),
  }),
  route({
    method: 'get',
    path: '/dead/{id}',
    summary: 'One dead delivery, with its event and its last answer',
    answer: answers.deadDetail,
    handle: async ({ params }) => shape.deadAnswer(await operate.deadOne(params.id ?? '')),
  }),
  ...(['retry', 'drop'] as const).map((act) =>
    route({
      method: 'post',
      path: `/dead/${act}`,
      summary:
        act === 'retry' ? 'Give dead deliveries all of their attempts again' : 'Delete dead deliveries',
      description: 'Goes on in the background: ask `/operations/{id}` how far it is. Twice is safe.',
      body: deadWords.extend({ all, rate }),
      status: 202,
      answer: answers.operation,
      handle: async ({ body: { all: everything, rate: asked, ...words } }) => {
        needsFilter(words, everything);
        const pace = asked === 0 ? Number.POSITIVE_INFINITY : asked;
        return shape.operationAnswer(await operations.start(act, words, pace));
      },
    }),
  ),
];
