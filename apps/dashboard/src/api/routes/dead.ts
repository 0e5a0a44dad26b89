/** The dead-letter set. */
import { type AdminService, requireFilterOrAll } from '@longshore/operator';
import * as answers from '@longshore/operator/answers';
import type { BulkJobs } from '@longshore/operator/bulk';
import { deadLetterQuery, answers as schemas } from '@longshore/operator/schemas';
import { assertMayDrop } from '../../access/routes.js';
import { type Route, route } from '../route.js';
import { all, paging, rate } from './parameters.js';

/** Routes below `/dead`. */
export const deadRoutes = (admin: AdminService, jobs: BulkJobs): Route[] => [
  route({
    method: 'get',
    path: '/dead',
    summary: 'Dead-lettered deliveries, newest first',
    description:
      'A page checks at most 3,000 deliveries, so it may be short, or empty, and still have a `next`.',
    query: deadLetterQuery.extend(paging),
    answer: schemas.deadLetters,
    handle: async ({ query: { limit, after, ...filter } }) =>
      answers.listAnswer(
        await admin.deadLetters(filter, { limit, ...(after !== undefined && { after }) }),
        answers.deadLetterAnswer,
      ),
  }),
  route({
    method: 'get',
    path: '/dead/groups',
    summary: 'Dead-lettered deliveries by endpoint, reason and answer',
    description:
      'The largest group first. Of 20,000 deliveries at most; with `repository`, `answer` or `id` of 3,000.',
    query: deadLetterQuery,
    answer: schemas.deadGroups,
    handle: async ({ query }) => answers.deadGroupsAnswer(await admin.deadGroups(query)),
  }),
  route({
    method: 'get',
    path: '/dead/{id}',
    summary: 'One dead-lettered delivery, with its event and its last answer',
    answer: schemas.deadLetterDetail,
    handle: async ({ params }) => answers.deadLetterAnswer(await admin.deadLetter(params.id ?? '')),
  }),
  ...(['retry', 'drop'] as const).map((act) =>
    route({
      method: 'post',
      path: `/dead/${act}`,
      summary:
        act === 'retry'
          ? 'Retry dead-lettered deliveries with all attempts'
          : 'Delete dead-lettered deliveries',
      description: 'Runs in the background: `/operations/{id}` has the progress. Safe to repeat.',
      body: deadLetterQuery.extend({ all, rate }),
      status: 202,
      answer: schemas.operation,
      handle: async ({ body: { all: everything, rate: asked, ...filter }, actor }) => {
        requireFilterOrAll(filter, everything);
        if (act === 'drop') assertMayDrop(actor, filter.id);
        const pace = asked === 0 ? Number.POSITIVE_INFINITY : asked;
        return answers.operationAnswer(await jobs.start(act, filter, pace, actor));
      },
    }),
  ),
];
