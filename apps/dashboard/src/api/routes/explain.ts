/** The dry run of events, and of a filter or template before it is written into the file. */
import type { AdminService } from '@longshore/operator';
import { answers as schemas } from '@longshore/operator/schemas';
import { z } from 'zod';
import { type Route, route } from '../route.js';

/** Milliseconds for all events, so that what is written in a filter or template keeps no other request waiting. */
const BUDGET_MS = 2_000;

/** Characters of a filter or template. */
const LONGEST = 10_000;

/** The route that explains. */
export const explainRoutes = (admin: AdminService): Route[] => [
  route({
    method: 'get',
    path: '/explain',
    summary: 'What each endpoint would do with an event',
    description:
      'As `longshore explain --json`. Nothing is stored and nothing is sent. Without `event` and `last` a sample is explained: a push of acme/app:1.4.2.',
    query: z.strictObject({
      event: z.string().min(1).max(500).optional().meta({ description: 'Id of an event or a delivery.' }),
      last: z.coerce.number().int().min(1).max(100).optional().meta({ description: 'The newest events.' }),
      endpoint: z.string().optional().meta({ description: 'Only this endpoint.' }),
      where: z
        .string()
        .max(LONGEST)
        .optional()
        .meta({ description: 'Filter to try in place of the endpoint’s `where`; needs `endpoint`.' }),
      template: z
        .string()
        .max(LONGEST)
        .optional()
        .meta({ description: 'YAML to try as `body` with format `template`; needs `endpoint`.' }),
    }),
    answer: schemas.explained,
    handle: ({ query: { event, ...query } }) => admin.explain({ ...query, id: event, budget: BUDGET_MS }),
  }),
];
