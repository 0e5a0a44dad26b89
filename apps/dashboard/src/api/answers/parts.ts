/** What several answers are made of. */
import { z } from 'zod';

export const time = z.iso.datetime().meta({ description: 'ISO 8601, UTC.' });
export const count = z.int().min(0);

/** What every error is answered with. */
export const problem = z
  .strictObject({
    error: z.string().meta({ description: 'Code; docs/reference/errors.md explains each.' }),
    message: z.string().meta({ description: 'What is wrong and what to do next.' }),
  })
  .meta({ id: 'Problem' });

/** One page of a list. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({
    items: z.array(item),
    next: z
      .string()
      .optional()
      .meta({ description: 'Cursor of the next page (`after`); absent on the last.' }),
  });
}
