/** Endpoints: their state, pause and resume. */
import type { AdminService } from '@longshore/operator';
import * as answers from '@longshore/operator/answers';
import { answers as schemas } from '@longshore/operator/schemas';
import { z } from 'zod';
import { type Route, route } from '../route.js';

/** Routes below `/endpoints`. */
export const endpointRoutes = (admin: AdminService): Route[] => [
  route({
    method: 'get',
    path: '/endpoints',
    summary: 'Every endpoint, with its state and its numbers',
    description: 'Includes removed endpoints that still have a queue.',
    answer: z.strictObject({ items: z.array(schemas.endpoint) }),
    handle: async () => ({ items: (await admin.endpoints()).map(answers.endpointAnswer) }),
  }),
  route({
    method: 'get',
    path: '/endpoints/{name}',
    summary: 'One endpoint',
    answer: schemas.endpoint,
    handle: async ({ params }) => answers.endpointAnswer(await admin.endpoint(params.name ?? '')),
  }),
  route({
    method: 'get',
    path: '/endpoints/{name}/preheats',
    summary: 'The last images of a preheat endpoint',
    description: 'Newest first, with the result of each part. Empty for endpoints of other kinds.',
    answer: z.strictObject({ items: z.array(schemas.preheat) }),
    handle: async ({ params }) => ({
      items: (await admin.preheats(params.name ?? '')).map(answers.preheatAnswer),
    }),
  }),
  route({
    method: 'post',
    path: '/endpoints/{name}/pause',
    summary: 'Stop delivering to an endpoint',
    description: 'Stops all workers, across restarts. Events for it are still accepted and queued.',
    body: z.strictObject({
      reason: z.string().max(500).optional().meta({ description: 'Shown to other operators.' }),
    }),
    answer: schemas.endpoint,
    handle: async ({ params, body }) =>
      answers.endpointAnswer(await admin.pause(params.name ?? '', body.reason)),
  }),
  route({
    method: 'post',
    path: '/endpoints/{name}/resume',
    summary: 'Resume delivering to an endpoint',
    description: 'An endpoint that the configuration pauses stays paused: see `pausedByConfig`.',
    body: z.strictObject({}),
    answer: schemas.endpoint,
    handle: async ({ params }) => answers.endpointAnswer(await admin.resume(params.name ?? '')),
  }),
];
