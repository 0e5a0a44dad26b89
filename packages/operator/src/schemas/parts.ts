/** Parts of several schemas. */
import { z } from 'zod';

/** A moment. */
export const time = z.iso.datetime().meta({ description: 'ISO 8601, UTC.' });
/** A number of things. */
export const count = z.int().min(0);

/** The answer to every failed request. */
export const problem = z
  .strictObject({
    error: z.string().meta({ description: 'Error code; docs/reference/errors.md explains each.' }),
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
      .meta({ description: 'Cursor of the next page (`after`); absent on the last page.' }),
  });
}

/** The values of a closed set with their meaning, for a description: `` `timeout` (no response within the timeout) ``. */
export const describeValues = (table: Readonly<Record<string, string>>): string =>
  Object.entries(table)
    .map(([value, words]) => `\`${value}\` (${words})`)
    .join(', ');
