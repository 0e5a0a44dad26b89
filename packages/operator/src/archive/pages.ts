/** A list of the archive as a whole: one page after the other, each asked for when the one before was taken. */
import type { Page } from '@longshore/archive/items';
import type { PageRequest } from '@longshore/archive/read';

/** Items that are read at once: 1 MB with bodies of events. */
const PAGE = 1_000;

/** Which part of the list. */
export interface Part {
  /** Items; absent: all. */
  limit?: number | undefined;
  /** `next` of a page. */
  after?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** Every page that has items. Rejects as `read` does. */
export async function* everyPage<Item>(
  read: (page: PageRequest) => Promise<Page<Item>>,
  { limit = Number.POSITIVE_INFINITY, after, signal }: Part,
): AsyncGenerator<Item[]> {
  let [left, cursor] = [limit, after];
  do {
    const { items, next } = await read({
      limit: Math.min(PAGE, left),
      ...(cursor !== undefined && { after: cursor }),
      ...(signal && { signal }),
    });
    if (items.length > 0) yield items;
    left -= items.length;
    cursor = next;
  } while (cursor !== undefined && left > 0);
}
