/** Parameters that several routes have. */
import { z } from 'zod';

export const paging = {
  limit: z.coerce.number().int().min(1).max(500).default(50).meta({ description: 'How many at most.' }),
  after: z.string().optional().meta({ description: '`next` of the page before.' }),
};

export const all = z
  .literal(true)
  .optional()
  .meta({ description: 'true: all of them. Needed when there is no filter.' });

export const rate = z
  .number()
  .nonnegative()
  .max(100_000)
  .optional()
  .meta({ description: 'Deliveries in a second, 0 for no limit; 100 for a retry unless given.' });
