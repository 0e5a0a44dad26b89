/** The bulk actions of this process. */
import type { BulkJobs } from '@longshore/operator';
import * as answers from '@longshore/operator/answers';
import { answers as schemas } from '@longshore/operator/schemas';
import { z } from 'zod';
import { type Route, route } from '../route.js';

/** Routes below `/operations`. */
export const operationRoutes = (jobs: BulkJobs): Route[] => [
  route({
    method: 'get',
    path: '/operations',
    summary: 'Bulk retries and deletions of this process, newest first',
    answer: z.strictObject({ items: z.array(schemas.operation) }),
    handle: async () => ({ items: jobs.list().map(answers.operationAnswer) }),
  }),
  route({
    method: 'get',
    path: '/operations/{id}',
    summary: 'The progress of one',
    answer: schemas.operation,
    handle: async ({ params }) => answers.operationAnswer(jobs.get(params.id ?? '')),
  }),
  route({
    method: 'post',
    path: '/operations/{id}/cancel',
    summary: 'Cancel one',
    description: 'Completed work is not undone. Start the same again to continue.',
    body: z.strictObject({}),
    answer: schemas.operation,
    handle: async ({ params }) => answers.operationAnswer(jobs.cancel(params.id ?? '')),
  }),
];
