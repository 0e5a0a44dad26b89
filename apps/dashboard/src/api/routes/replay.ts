/** Archived events to an endpoint again. */

import * as answers from '@longshore/operator/answers';
import type { BulkJobs } from '@longshore/operator/bulk';
import { replayQuery } from '@longshore/operator/replay';
import { answers as schemas } from '@longshore/operator/schemas';
import { type Route, route } from '../route.js';
import { rate } from './parameters.js';

/** Routes below `/replay`. */
export const replayRoutes = (jobs: BulkJobs): Route[] => [
  route({
    method: 'post',
    path: '/replay',
    summary: 'Deliver archived events of a time span to one endpoint again',
    description:
      'Runs in the background: `/operations/{id}` has the progress and the id of the run, which `resume` continues. What the endpoint has accepted or has waiting is left, so it is safe to repeat.',
    body: replayQuery.extend({ rate }),
    status: 202,
    answer: schemas.operation,
    handle: async ({ body: { rate: asked, ...query }, actor }) => {
      const pace = asked === 0 ? Number.POSITIVE_INFINITY : asked;
      return answers.operationAnswer(await jobs.replay(query, pace, actor));
    },
  }),
];
