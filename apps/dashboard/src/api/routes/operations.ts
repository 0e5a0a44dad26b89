/** Retries and drops of many that go on in this process. */
import { z } from 'zod';
import type { Operations } from '../../operate/operations.js';
import * as answers from '../answers/index.js';
import { type Route, route } from '../route.js';
import * as shape from '../shape.js';

export const operationRoutes = (operations: Operations): Route[] => [
  route({
    method: 'get',
    path: '/operations',
    summary: 'Retries and drops that this process runs or ran, newest first',
    answer: z.strictObject({ items: z.array(answers.operation) }),
    handle: async () => ({ items: operations.list().map(shape.operationAnswer) }),
  }),
  route({
    method: 'get',
    path: '/operations/{id}',
    summary: 'How far one is',
    answer: answers.operation,
    handle: async ({ params }) => shape.operationAnswer(operations.get(params.id ?? '')),
  }),
  route({
    method: 'post',
    path: '/operations/{id}/cancel',
    summary: 'Stop one',
    description: 'What was done stays done; the same once more goes on.',
    body: z.strictObject({}),
    answer: answers.operation,
    handle: async ({ params }) => shape.operationAnswer(operations.cancel(params.id ?? '')),
  }),
];
