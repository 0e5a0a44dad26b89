/** Pages and exports of the archive's lists. */
import type { PageRequest } from '@longshore/archive/read';
import { LongshoreError } from '@longshore/event';
import { z } from 'zod';

/** Items of a page at most. */
export const MOST = 500;
const DEFAULT_LIMIT = 50;

/** Of a list that is exported too. */
export const exported = {
  format: z.enum(['json', 'csv', 'ndjson']).optional().meta({
    description: 'CSV and NDJSON are streamed, without pages; `Accept` chooses them too. Default: JSON.',
  }),
};

/** Of a list with pages. */
export const listing = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .meta({
      description: `Maximum number of items: 1 to ${MOST}, by default ${DEFAULT_LIMIT}. CSV and NDJSON have all items unless it is given.`,
    }),
  after: z.string().optional().meta({ description: '`next` of the previous page.' }),
  ...exported,
};

type Listing = Pick<z.output<z.ZodObject<typeof listing>>, 'limit' | 'after'>;

/** @throws LongshoreError REQUEST_INVALID */
export function pageOf({ limit = DEFAULT_LIMIT, after }: Listing, signal: AbortSignal): PageRequest {
  if (limit > MOST) {
    const advice = 'follow `next`, or ask for format=ndjson or format=csv';
    throw new LongshoreError('REQUEST_INVALID', `limit: at most ${MOST} in JSON; ${advice}`);
  }
  return { limit, signal, ...(after !== undefined && { after }) };
}

/** What has no pages, as one. */
export async function* once<Item>(read: () => Promise<Item[]>): AsyncGenerator<Item[]> {
  yield await read();
}
