/** Deliveries by state, and the history of an event. */
import type { AdminService } from '@longshore/operator';
import * as answers from '@longshore/operator/answers';
import { answers as schemas } from '@longshore/operator/schemas';
import { DELIVERY_STATES } from '@longshore/queue/deliveries';
import { z } from 'zod';
import { type Route, route } from '../route.js';
import { paging } from './parameters.js';

/** Routes of deliveries and of the search. */
export const deliveryRoutes = (admin: AdminService): Route[] => [
  route({
    method: 'get',
    path: '/deliveries',
    summary: 'Deliveries of an endpoint by state',
    query: z.strictObject({
      endpoint: z.string().min(1).meta({ description: 'Name of the endpoint.' }),
      state: z.enum(DELIVERY_STATES).meta({ description: 'The state that they have now.' }),
      ...paging,
    }),
    answer: schemas.deliveries,
    handle: async ({ query: { endpoint, state, ...page } }) =>
      answers.listAnswer(await admin.deliveries(endpoint, state, page), answers.deliveryAnswer),
  }),
  route({
    method: 'get',
    path: '/deliveries/{id}',
    summary: 'One delivery, with its event and its last answer',
    answer: schemas.deliveryDetail,
    handle: async ({ params }) => answers.deliveryAnswer(await admin.delivery(params.id ?? '')),
  }),
  route({
    method: 'get',
    path: '/trace',
    summary: 'The history of an event',
    query: z.strictObject({
      q: z
        .string()
        .min(1)
        .max(500)
        .meta({ description: 'Event id, delivery id, quarantine id, repository, repository:tag or digest.' }),
      endpoint: z.string().optional().meta({ description: 'Only entries of this endpoint.' }),
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(100)
        .default(20)
        .meta({ description: 'Maximum number of events.' }),
    }),
    answer: schemas.traced,
    handle: async ({ query: { q, endpoint, limit } }) =>
      answers.tracedAnswer(
        await admin.trace({ search: q, limit, ...(endpoint !== undefined && { endpoint }) }),
      ),
  }),
];
