/** Ids by their beginnings, as a list prints them. */
import { LongshoreError } from '@longshore/event';
import type { Listing } from '@longshore/operator';

const WHOLE = 32;
const PAGE_SIZE = 500;
/** Entries that are looked through. */
const MOST = 100_000;
/** Digits of an id that a narrow table shows: a command takes them for the id. */
export const SHORT_ID = 12;

/** Where ids are looked for. */
export interface Listed {
  /** In the singular, for the error. */
  what: 'dead-lettered delivery' | 'quarantined request';
  page(paging: { limit: number; after?: string }): Promise<Listing<{ id: string }>>;
}

/**
 * Each as a whole id of what is listed.
 * @throws LongshoreError REQUEST_INVALID for one that several have, REQUEST_NOT_FOUND for one that none has
 */
export async function wholeIds({ what, page }: Listed, ids: readonly string[]): Promise<string[]> {
  if (ids.every((id) => id.length === WHOLE)) return [...ids];
  const found = new Map<string, Set<string>>(ids.map((id) => [id, new Set(id.length === WHOLE ? [id] : [])]));
  let after: string | undefined;
  let looked = 0;
  do {
    const { items, next } = await page({ limit: PAGE_SIZE, ...(after && { after }) });
    for (const item of items) {
      for (const [id, whole] of found) if (item.id.startsWith(id)) whole.add(item.id);
    }
    looked += items.length;
    after = next;
  } while (after && looked < MOST);
  return ids.map((id) => onlyOne(what, id, [...(found.get(id) ?? [])]));
}

function onlyOne(what: Listed['what'], id: string, found: readonly string[]): string {
  const [only, ...others] = found;
  if (only === undefined) {
    throw new LongshoreError('REQUEST_NOT_FOUND', `no ${what} whose id begins with ${id}`);
  }
  if (others.length === 0) return only;
  const some = found.slice(0, 3).join(', ');
  throw new LongshoreError(
    'REQUEST_INVALID',
    `${id}: ${found.length} ids begin with it (${some} …); add digits`,
  );
}
