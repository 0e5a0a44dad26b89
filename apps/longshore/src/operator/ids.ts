/** Ids of deliveries by their beginnings, as a list prints them. */
import { LongshoreError } from '@longshore/event';
import type { AdminService } from '@longshore/operator';

const WHOLE = 32;
const PAGE_SIZE = 500;
/** Dead letters that are looked through. */
const MOST = 100_000;

/**
 * Each as a whole id of a dead letter.
 * @throws LongshoreError REQUEST_INVALID for one that several have, REQUEST_NOT_FOUND for one that none has
 */
export async function wholeIds(admin: AdminService, ids: readonly string[]): Promise<string[]> {
  if (ids.every((id) => id.length === WHOLE)) return [...ids];
  const found = new Map<string, Set<string>>(ids.map((id) => [id, new Set(id.length === WHOLE ? [id] : [])]));
  let after: string | undefined;
  let looked = 0;
  do {
    const page = await admin.deadLetters({}, { limit: PAGE_SIZE, ...(after && { after }) });
    for (const letter of page.items) {
      for (const [id, whole] of found) if (letter.id.startsWith(id)) whole.add(letter.id);
    }
    looked += page.items.length;
    after = page.next;
  } while (after && looked < MOST);
  return ids.map((id) => onlyOne(id, [...(found.get(id) ?? [])]));
}

function onlyOne(id: string, found: readonly string[]): string {
  const [only, ...others] = found;
  if (only === undefined) {
    throw new LongshoreError('REQUEST_NOT_FOUND', `no dead-lettered delivery whose id begins with ${id}`);
  }
  if (others.length === 0) return only;
  const some = found.slice(0, 3).join(', ');
  throw new LongshoreError(
    'REQUEST_INVALID',
    `${id}: ${found.length} ids begin with it (${some} …); add digits`,
  );
}
