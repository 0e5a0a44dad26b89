/** Endpoints: how each is, and its switch to pause it. */
import { z } from 'zod';
import type { Operate } from '../../operate/index.js';
import * as answers from '../answers/index.js';
import { type Route, route } from '../route.js';
import * as shape from '../shape.js';

export const endpointRoutes = (operate: Operate): Route[] => [
  route({
    method: 'get',
    path: '/endpoints',
    summary: 'Every endpoint, and how it is',
    description: 'Those that left the configuration and still have a queue are among them.',
    answer: z.strictObject({ items: z.array(answers.endpoint) }),
    handle: async () => ({ items: (await operate.endpoints()).map(shape.endpointAnswer) }),
  }),
  route({
    method: 'get',
    path: '/endpoints/{name}',
    summary: 'One endpoint',
    answer: answers.endpoint,
    handle: async ({ params }) => shape.endpointAnswer(await operate.endpoint(params.name ?? '')),
  }),
  route({
    method: 'get',
    path: '/endpoints/{name}/preheats',
    summary: 'The last images of a preheat endpoint',
    description: 'Newest first, with what became of each part. Empty for endpoints of other kinds.',
    answer: z.strictObject({ items: z.array(answers.preheat) }),
    handle: async ({ params }) => ({
      items: (await operate.preheats(params.name ?? '')).map(shape.preheatAnswer),
    }),
  }),
  route({
    method: 'post',
    path: '/endpoints/{name}/pause',
    summary: 'Stop delivering to an endpoint',
    description: 'For all workers at once, over restarts. Events are taken and kept for it.',
    body: z.strictObject({
      reason: z.string().max(500).optional().meta({ description: 'Why, for whoever looks next.' }),
    }),
    answer: answers.endpoint,
    handle: async ({ params, body }) =>
      shape.endpointAnswer(await operate.pause(params.name ?? '', body.reason)),
  }),
  route({
    method: 'post',
    path: '/endpoints/{name}/resume',
    summary: 'Deliver to it again',
    description: 'What the configuration pauses stays paused: `pausedByConfig` says so.',
    body: z.strictObject({}),
    answer: answers.endpoint,
    handle: async ({ params }) => shape.endpointAnswer(await operate.resume(params.name ?? '')),
  }),
];
