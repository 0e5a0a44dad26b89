/** Deliveries by state, and what happened to an event. */
import { DELIVERY_STATES } from '@longshore/queue/operator';
import { z } from 'zod';
import type { Operate } from '../../operate/index.js';
import * as answers from '../answers/index.js';
import { type Route, route } from '../route.js';
import * as shape from '../shape.js';
import { paging } from './parameters.js';

export const deliveryRoutes = (operate: Operate): Route[] => [
  route({
    method: 'get',
    path: '/deliveries',
    summary: 'Deliveries of an endpoint by state',
    query: z.strictObject({
      endpoint: z.string().min(1).meta({ description: 'Name of the endpoint.' }),
      state: z.enum(DELIVERY_STATES).meta({ description: 'Which of them.' }),
      ...paging,
    }),
    answer: answers.deliveries,
    handle: async ({ query: { endpoint, state, ...page } }) =>
      shape.listAnswer(await operate.deliveries(endpoint, state, page), shape.deliveryAnswer),
  }),
  route({
    method: 'get',
    path: '/deliveries/{id}',
    summary: 'One delivery, with its event and its last answer',
    answer: answers.deliveryDetail,
    handle: async ({ params }) => shape.deliveryAnswer(await operate.delivery(params.id ?? '')),
  }),
  route({
    method: 'get',
    path: '/trace',
    summary: 'What happened to an event',
    query: z.strictObject({
      q: z
        .string()
        .min(1)
        .max(500)
        .meta({ description: 'Event id, delivery id, repository, repository:tag or digest.' }),
      endpoint: z.string().optional().meta({ description: 'Only what concerns this endpoint.' }),
      limit: z.coerce.number().int().min(1).max(100).default(20).meta({ description: 'How many events.' }),
    }),
    answer: answers.traced,
    handle: async ({ query: { q, endpoint, limit } }) =>
      shape.tracedAnswer(
        await operate.trace({ search: q, limit, ...(endpoint !== undefined && { endpoint }) }),
      ),
  }),
];
