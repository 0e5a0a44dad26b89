/** The bulk actions of all processes. */

import * as answers from '@longshore/operator/answers';
import type { BulkJobs } from '@longshore/operator/bulk';
import { answers as schemas } from '@longshore/operator/schemas';
import { z } from 'zod';
import { assertMayContinue } from '../../access/routes.js';
import { type Route, route } from '../route.js';

/** Routes below `/operations`. */
export const operationRoutes = (jobs: BulkJobs): Route[] => [
  route({
    method: 'get',
    path: '/operations',
    summary: 'The last 100 bulk retries, deletions and replays, newest first',
    answer: z.strictObject({ items: z.array(schemas.operation) }),
    handle: async () => ({ items: (await jobs.list()).map(answers.operationAnswer) }),
  }),
  route({
    method: 'get',
    path: '/operations/{id}',
    summary: 'The progress of one',
    answer: schemas.operation,
    handle: async ({ params }) => answers.operationAnswer(await jobs.get(params.id ?? '')),
  }),
  route({
    method: 'post',
    path: '/operations/{id}/cancel',
    summary: 'Cancel one',
    description: 'It stops within some seconds. Completed work is not undone; `continue` does what is left.',
    body: z.strictObject({}),
    answer: schemas.operation,
    handle: async ({ params }) => answers.operationAnswer(await jobs.cancel(params.id ?? '')),
  }),
  route({
    method: 'post',
    path: '/operations/{id}/continue',
    summary: 'Start a new one with what one that ended early has left',
    body: z.strictObject({}),
    status: 202,
    answer: schemas.operation,
    async handle({ params: { id = '' }, actor }) {
      assertMayContinue(actor, await jobs.get(id));
      return answers.operationAnswer(await jobs.proceed(id, actor));
    },
  }),
];
