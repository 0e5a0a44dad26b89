/** Parameters of several routes. */
import { z } from 'zod';

/** Of a list. */
export const paging = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(500)
    .default(50)
    .meta({ description: 'Maximum number of items.' }),
  after: z.string().optional().meta({ description: '`next` of the previous page.' }),
};

/** Of a bulk action. */
export const all = z
  .literal(true)
  .optional()
  .meta({ description: 'Required when there is no filter: true selects all of them.' });

/** Of a bulk retry. */
export const rate = z
  .number()
  .nonnegative()
  .max(100_000)
  .optional()
  .meta({ description: 'Deliveries a second; 0 for no limit. Default for a retry: 100.' });

/** Of a retry of quarantine. */
export const as = z
  .string()
  .optional()
  .meta({ description: 'Kind of source to parse the requests as; that of their source unless given.' });
