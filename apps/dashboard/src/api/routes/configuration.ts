/** The configuration of the processes. */
import type { AdminService } from '@longshore/operator';
import { z } from 'zod';
import { type Route, route } from '../route.js';

const rejected = z.strictObject({
  process: z.string().meta({ description: '`HOST:PID`' }),
  at: z.string().meta({ description: 'RFC 3339' }),
  file: z.string(),
  reason: z.string().meta({ description: 'One line for each error' }),
});

/** Routes below `/configuration`. */
export const configurationRoutes = (admin: AdminService): Route[] => [
  route({
    method: 'get',
    path: '/configuration/rejected',
    summary: 'Processes whose configuration file was rejected at its last change',
    description: 'They run with the configuration before it. Empty when every file is in force.',
    answer: z.strictObject({ items: z.array(rejected) }),
    handle: async () => ({
      items: (await admin.refused()).map(({ at, ...rest }) => ({ ...rest, at: new Date(at).toISOString() })),
    }),
  }),
];
